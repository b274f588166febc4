#include "tests/fuzz/papers.h"

#include <string.h>

#define MARK "%% "
#define MAX_SIGNERS 12

BtKey *papers_key(char letter)
{
    static BtKey *keys[sizeof PAPER_KEYS - 1];
    const char *at = letter == '\0' ? NULL : strchr(PAPER_KEYS, letter);
    if (at == NULL)
        return NULL;
    BtKey **key = &keys[at - PAPER_KEYS];
    if (*key == NULL)
        *key = bt_key_generate();
    return *key;
}

/* ---- what stands for something ---- */

static char *id_of(char letter)
{
    BtKey *key = papers_key(letter);
    if (key == NULL)
        return NULL;
    BtPublicKey public_key = bt_key_public(key);
    char *id = g_malloc(BT_HASH_HEX_SIZE);
    bt_public_key_id(&public_key, id);
    return id;
}

static char *base64_of(char letter)
{
    BtKey *key = papers_key(letter);
    if (key == NULL)
        return NULL;
    BtPublicKey public_key = bt_key_public(key);
    return bt_public_key_to_base64(&public_key);
}

static char *hash_of(const GPtrArray *papers, char letter)
{
    guint back = (guint)(guchar)letter - 'A' + 1;
    if (back < 1 || back > papers->len)
        return NULL;
    return g_strdup(((const Paper *)papers->pdata[papers->len - back])->sha256);
}

/* The text that `at` ("<A>", "<a>", "<#A>") stands for and how long that is; NULL for others. */
static char *meaning(const GPtrArray *papers, const char *at, gsize left, gsize *used)
{
    *used = 3;
    if (left >= 3 && at[0] == '<' && at[2] == '>')
        return g_ascii_islower(at[1]) ? base64_of(g_ascii_toupper(at[1])) : id_of(at[1]);
    *used = 4;
    if (left >= 4 && at[0] == '<' && at[1] == '#' && at[3] == '>')
        return hash_of(papers, at[2]);
    return NULL;
}

static GBytes *put_in_place(const GPtrArray *papers, const char *text, gsize size)
{
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < size;) {
        gsize used;
        g_autofree char *stands_for = meaning(papers, text + i, size - i, &used);
        if (stands_for != NULL)
            g_string_append(out, stands_for);
        else
            g_string_append_c(out, text[i]);
        i += stands_for != NULL ? used : 1;
    }
    return g_string_free_to_bytes(out);
}

/* ---- papers ---- */

static void paper_free(gpointer data)
{
    Paper *paper = data;
    g_free(paper->word);
    g_free(paper->letters);
    g_bytes_unref(paper->payload);
    g_bytes_unref(paper->envelope);
    g_free(paper);
}

static GBytes *seal(const char *word, const char *letters, GBytes *payload)
{
    BtKey *keys[MAX_SIGNERS];
    guint n = 0;
    for (const char *at = letters; *at != '\0' && n < MAX_SIGNERS; at++)
        if (papers_key(*at) != NULL)
            keys[n++] = papers_key(*at);
    return bt_envelope_seal(word, payload, keys, n);
}

/* `line` is "WORD LETTERS". */
static void add_paper(GPtrArray *papers, const char *line, gsize n, const char *body, gsize size)
{
    g_autofree char *raw = g_strndup(line, n), *head = g_str_to_ascii(raw, "C");
    g_auto(GStrv) words = g_strsplit(head, " ", 2);
    Paper *paper = g_new0(Paper, 1);
    paper->word = g_strdup(words[0] == NULL ? "" : words[0]);
    paper->letters = g_strdup(words[0] == NULL || words[1] == NULL ? "" : words[1]);
    paper->payload = put_in_place(papers, body, size);
    paper->envelope = seal(paper->word, paper->letters, paper->payload);
    bt_hash_data(
        g_bytes_get_data(paper->envelope, NULL), g_bytes_get_size(paper->envelope), paper->sha256);
    g_ptr_array_add(papers, paper);
}

static const char *find_mark(const char *at, const char *end)
{
    for (; at < end; at++) {
        if ((gsize)(end - at) >= strlen(MARK) && memcmp(at, MARK, strlen(MARK)) == 0)
            return at;
        at = memchr(at, '\n', (gsize)(end - at));
        if (at == NULL)
            return end;
    }
    return end;
}

GPtrArray *papers_read(const uint8_t *data, size_t size)
{
    GPtrArray *papers = g_ptr_array_new_with_free_func(paper_free);
    const char *text = (const char *)data, *end = text + size, *next;
    for (const char *at = find_mark(text, end); at < end && papers->len < PAPERS_MAX; at = next) {
        const char *line = at + strlen(MARK);
        const char *body = memchr(line, '\n', (gsize)(end - line));
        gsize n = (gsize)((body == NULL ? end : body) - line);
        body = body == NULL ? end : body + 1;
        next = find_mark(body, end);
        add_paper(papers, line, n, body, (gsize)(next - body));
    }
    return papers;
}

/* ---- who may ---- */

static gboolean may(const BtRootKey *key, BtKeyRole role)
{
    return role == BT_ROLE_ROOT     ? key->may_root
        : role == BT_ROLE_FRESHNESS ? key->may_freshness
        : role == BT_ROLE_PUBLISH   ? key->may_publish
                                    : key->may_emergency;
}

guint papers_count(const BtRoot *root, BtKeyRole role, const char *letters, gint64 now_ms)
{
    guint n = 0;
    for (const char *letter = PAPER_KEYS; *letter != '\0'; letter++) {
        g_autofree char *id = strchr(letters, *letter) == NULL ? NULL : id_of(*letter);
        const BtRootKey *key = id == NULL ? NULL : bt_root_find(root, id);
        n += key != NULL && may(key, role) && key->until_ms > now_ms;
    }
    return n;
}
