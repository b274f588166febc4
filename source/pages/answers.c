#include "source/pages/answers.h"

#include "source/press/player.h"

#define MAX_DEPTH 8

BtJson *bt_answer_parse(GBytes *answer)
{
    gsize size = 0;
    const void *data = answer != NULL ? g_bytes_get_data(answer, &size) : NULL;
    return data != NULL
        ? bt_json_parse(data, size, "answer", BT_PLAYER_ANSWER_MAX_BYTES, MAX_DEPTH, NULL)
        : NULL;
}

static gboolean member(const BtJsonAt *object, const char *key, BtJsonAt *at)
{
    return bt_json_read_object(object, NULL) && bt_json_member(object, key, at);
}

const char *bt_answer_word(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    const char *word = member(object, key, &at) && bt_json_is_string(&at)
        ? bt_json_read_string(&at, 0, G_MAXSIZE, NULL)
        : NULL;
    return word != NULL ? word : "";
}

gint64 bt_answer_number(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    gint64 number;
    return member(object, key, &at) && bt_json_read_int(&at, 0, G_MAXINT64, &number, NULL) ? number
                                                                                           : 0;
}

gint64 bt_answer_time_ms(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    gint64 at_ms;
    return member(object, key, &at) && bt_json_read_time(&at, &at_ms, NULL) ? at_ms : 0;
}

gboolean bt_answer_is_true(const BtJsonAt *object, const char *key)
{
    BtJsonAt at;
    gboolean is_true = FALSE;
    return member(object, key, &at) && bt_json_read_bool(&at, &is_true, NULL) && is_true;
}
