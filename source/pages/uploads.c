/* Files that come in pieces. What takes long, writing and looking, is done beside the server's
 * thread; the rows are written by it. */
#include "source/pages/uploads.h"

#include "base/error.h"
#include "source/pages/routes.h"

#include <string.h>
#include <unistd.h>

#define EDITORS (1u << BT_ROLE_EDITOR)
#define NEW_MAX_BYTES 4096

/* ---- what a script reads ---- */

const char *bt_upload_problem(const char *reason)
{
    if (strcmp(reason, "unsupported") == 0)
        return _("Screens cannot play this. Use a picture (PNG, JPEG, WebP), a film (MP4, WebM), a "
                 "sound (MP3, WAV) or subtitles (SRT or WebVTT in UTF-8).");
    if (strcmp(reason, "limit") == 0)
        return _("This is too large for screens: a picture may have 33 million pixels, subtitles 1 "
                 "MB, 10,000 cues and 1,000 letters in each.");
    return _("This file is broken, or no picture, film or sound. Open it on your computer, save it "
             "anew and try again; subtitles as UTF-8.");
}

static BtJson *describe(const BtUpload *upload)
{
    BtJson *json = bt_json_new_object();
    bt_json_set_string(json, "id", upload->id);
    bt_json_set_string(json, "name", upload->name);
    bt_json_set_int(json, "size", upload->size_bytes);
    bt_json_set_int(json, "offset", upload->offset_bytes);
    bt_json_set_string(json, "state", bt_upload_state_name(upload->state));
    if (upload->sha256 != NULL)
        bt_json_set_string(json, "sha256", upload->sha256);
    if (upload->problem != NULL)
        bt_json_set_string(json, "message", bt_upload_problem(upload->problem));
    return json;
}

static BtAnswered tell(BtVisit *visit, unsigned status, const BtUpload *upload)
{
    g_autoptr(BtJson) json = describe(upload);
    return bt_http_answer_json(visit->request, status, json);
}

static BtAnswered refuse(BtVisit *visit, unsigned status, const char *word, const char *message)
{
    g_autoptr(BtJson) json = bt_json_new_object();
    bt_json_set_string(json, "error", word);
    bt_json_set_string(json, "message", message);
    return bt_http_answer_json(visit->request, status, json);
}

static BtAnswered refuse_find(BtVisit *visit, const GError *error)
{
    return error->code == BT_ERROR_NOT_FOUND
        ? refuse(visit, BT_HTTP_NOT_FOUND, "not found",
              _("This upload is not there any more. Choose the file again."))
        : refuse(visit, BT_HTTP_SERVICE_UNAVAILABLE, "io", _("The source cannot read its disk."));
}

/* ---- looking at a whole file ---- */

typedef struct {
    BtServer *server;
    BtUpload *upload;
    int fd; /* holds the lock */
    char *path, *site;
    BtUploadFound found;
} Look;

static void look_free(gpointer data)
{
    Look *look = data;
    bt_upload_free(look->upload);
    g_free(look->path);
    g_free(look->site);
    g_free(look);
}

static void look_now(GTask *task, gpointer source, gpointer data, GCancellable *ending)
{
    Look *look = data;
    GError *error = NULL;
    (void)source, (void)ending;
    if (bt_upload_examine(look->fd, look->path, look->site, NULL, &look->found, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

/* A disk that fails now may not fail when somebody asks again. */
static void keep_what_was_found(Look *look, const GError *reason)
{
    BtStore *store = look->server->store;
    gint64 now_ms = bt_server_wall_ms(look->server);
    g_autoptr(GError) error = NULL;
    g_autofree char *what = g_strdup_printf("uploaded \"%s\" to %s: %s", look->upload->name,
        look->upload->area, reason == NULL ? look->found.sha256 : reason->message);
    gboolean ok = reason == NULL
        ? bt_uploads_finish(store, look->upload, &look->found, now_ms, &error)
        : bt_uploads_fail(store, look->upload, reason, now_ms, &error);
    if (!ok || !bt_store_note(store, now_ms, look->upload->user, what, &error))
        g_message("upload %s: %s", look->upload->id, error->message);
}

static void looked(GObject *source, GAsyncResult *result, gpointer user)
{
    Look *look = g_task_get_task_data(G_TASK(result));
    g_autoptr(GError) error = NULL;
    (void)source, (void)user;
    g_task_propagate_boolean(G_TASK(result), &error);
    if (error == NULL || (error->domain == BT_ERROR && error->code != BT_ERROR_IO))
        keep_what_was_found(look, error);
    else
        g_message("upload %s: %s", look->upload->id, error->message);
    close(look->fd);
}

/* `upload` is taken, `fd` too. */
static void start_look(BtServer *server, BtUpload *upload, int fd)
{
    Look *look = g_new0(Look, 1);
    *look = (Look){ .server = server,
        .upload = upload,
        .fd = fd,
        .path = bt_upload_path(server->store, upload),
        .site = g_strdup(server->store->site) };
    g_autoptr(GTask) task = g_task_new(NULL, NULL, looked, NULL);
    g_task_set_task_data(task, look, look_free);
    g_task_run_in_thread(task, look_now);
}

void bt_upload_look_again(BtServer *server, const char *id, const char *user)
{
    BtUpload *upload = bt_uploads_find(server->store, id, user, NULL);
    int fd = upload != NULL && upload->state == BT_UPLOAD_WHOLE
        ? bt_upload_open(server->store, upload, NULL)
        : -1;
    if (fd >= 0)
        start_look(server, upload, fd);
    else if (upload != NULL)
        bt_upload_free(upload);
}

/* ---- beginning, asking, forgetting ---- */

static BtAnswered refuse_begin(BtVisit *visit, const GError *error)
{
    switch (error->domain == BT_ERROR ? error->code : BT_ERROR_FAILED) {
    case BT_ERROR_INVALID:
        return refuse(visit, BT_HTTP_BAD_REQUEST, "invalid",
            _("The file has no name, or nothing is in it. Choose another one."));
    case BT_ERROR_LIMIT:
        return refuse(visit, BT_HTTP_CONTENT_TOO_LARGE, "limit",
            _("The file is larger than 4 GB. Make it smaller first."));
    case BT_ERROR_CONFLICT:
        return refuse(visit, BT_HTTP_TOO_MANY_REQUESTS, "too many",
            _("Too many files are on their way. Finish or remove some of them first."));
    default:
        return refuse(visit, BT_HTTP_INSUFFICIENT_STORAGE, "full",
            _("The source has no room for this file. Tell your administrator."));
    }
}

static BtAnswered refuse_area(BtVisit *visit)
{
    return refuse(
        visit, BT_HTTP_FORBIDDEN, "denied", _("Your account may not send files to this area."));
}

static BtAnswered begin(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    BtUploadNew wanted = { NULL };
    if (!bt_visit_form(&visit, request, EDITORS, &answered))
        return answered;
    wanted.user = visit.user;
    wanted.area = bt_visit_field(&visit, "area");
    wanted.name = bt_visit_field(&visit, "name");
    if (!bt_visit_may(&visit, EDITORS, wanted.area))
        return refuse_area(&visit);
    if (!bt_visit_number(bt_visit_field(&visit, "size"), 0, G_MAXINT64 / 2, &wanted.size_bytes) ||
        !bt_visit_number(bt_visit_field(&visit, "modified"), 0, G_MAXINT64, &wanted.modified_ms))
        return bt_http_refuse(request, BT_HTTP_BAD_REQUEST, "not a form of this page");
    bt_uploads_sweep(visit.store, visit.now_ms);
    g_autoptr(BtUpload) upload = bt_uploads_begin(visit.store, &wanted, visit.now_ms, &error);
    if (upload == NULL)
        return refuse_begin(&visit, error);
    return tell(&visit, upload->offset_bytes > 0 ? BT_HTTP_OK : BT_HTTP_CREATED, upload);
}

static BtAnswered ask(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    if (!bt_visit_open(&visit, request, EDITORS, &answered))
        return answered;
    g_autoptr(BtUpload) upload = bt_uploads_find(visit.store, request->name, visit.user, &error);
    if (upload == NULL)
        return refuse_find(&visit, error);
    bt_upload_look_again(request->server, upload->id, visit.user);
    return tell(&visit, BT_HTTP_OK, upload);
}

static BtAnswered forget(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    if (!bt_visit_form(&visit, request, EDITORS, &answered))
        return answered;
    g_autoptr(BtUpload) upload = bt_uploads_find(visit.store, request->name, visit.user, &error);
    if (upload == NULL)
        return bt_visit_refuse(&visit, BT_HTTP_NOT_FOUND, _("This upload is not there any more."));
    int fd = bt_upload_open(visit.store, upload, NULL);
    if (fd < 0)
        return bt_visit_refuse(&visit, BT_HTTP_CONFLICT,
            _("This file is being looked at just now. Try again in a moment."));
    gboolean ok = bt_uploads_forget(visit.store, upload, &error);
    close(fd);
    return ok ? bt_visit_go(&visit, "/media", NULL)
              : bt_visit_fail(&visit, g_steal_pointer(&error));
}

/* ---- a piece ---- */

typedef struct {
    BtServer *server;
    BtLater *later;
    BtUpload *upload;
    int fd; /* holds the lock */
    GByteArray *bytes;
} Piece;

static void piece_free(gpointer data)
{
    Piece *piece = data;
    if (piece->upload != NULL)
        bt_upload_free(piece->upload);
    g_byte_array_unref(piece->bytes);
    g_free(piece);
}

static void write_now(GTask *task, gpointer source, gpointer data, GCancellable *ending)
{
    const Piece *piece = data;
    GError *error = NULL;
    (void)source, (void)ending;
    if (bt_upload_write(
            piece->fd, piece->upload->offset_bytes, piece->bytes->data, piece->bytes->len, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void answer_piece(const Piece *piece, gboolean ok)
{
    static const char *const headers[] = { "Cache-Control", "no-store", NULL };
    g_autoptr(BtJson) json = describe(piece->upload);
    if (!ok)
        bt_json_set_string(json, "error", "io");
    char *text = bt_json_to_text(json, FALSE);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    bt_later_answer(piece->later, ok ? BT_HTTP_OK : BT_HTTP_SERVICE_UNAVAILABLE, "application/json",
        body, headers);
}

static void written(GObject *source, GAsyncResult *result, gpointer user)
{
    Piece *piece = g_task_get_task_data(G_TASK(result));
    BtStore *store = piece->server->store;
    g_autoptr(GError) error = NULL;
    (void)source, (void)user;
    gboolean ok = g_task_propagate_boolean(G_TASK(result), &error) &&
        bt_uploads_advance(store, piece->upload, piece->upload->offset_bytes + piece->bytes->len,
            bt_server_wall_ms(piece->server), &error);
    if (!ok)
        g_message("upload %s: %s", piece->upload->id, error->message);
    answer_piece(piece, ok);
    if (ok && piece->upload->state == BT_UPLOAD_WHOLE)
        start_look(piece->server, g_steal_pointer(&piece->upload), piece->fd);
    else
        close(piece->fd);
}

static BtAnswered start_piece(BtVisit *visit, BtUpload **upload, int fd)
{
    Piece *piece = g_new0(Piece, 1);
    *piece = (Piece){ .server = visit->request->server,
        .later = bt_http_later(visit->request),
        .upload = g_steal_pointer(upload),
        .fd = fd,
        .bytes = g_byte_array_ref(visit->request->body) };
    g_autoptr(GTask) task = g_task_new(NULL, NULL, written, NULL);
    g_task_set_task_data(task, piece, piece_free);
    g_task_run_in_thread(task, write_now);
    return TRUE;
}

/* Whether the piece begins where the file ends; else it was answered. */
static gboolean fits(BtVisit *visit, const BtUpload *upload, BtAnswered *answered)
{
    const char *header = bt_http_header(visit->request, "Upload-Offset");
    gint64 offset_bytes, length = visit->request->body->len;
    if (header == NULL || length == 0 ||
        !bt_visit_number(header, 0, G_MAXINT64 / 2, &offset_bytes)) {
        *answered = bt_http_refuse(visit->request, BT_HTTP_BAD_REQUEST, "not a piece of a file");
        return FALSE;
    }
    if (upload->state != BT_UPLOAD_COMING || offset_bytes != upload->offset_bytes) {
        *answered = tell(visit, BT_HTTP_CONFLICT, upload);
        return FALSE;
    }
    if (length > upload->size_bytes - offset_bytes) {
        *answered = bt_http_refuse(visit->request, BT_HTTP_CONTENT_TOO_LARGE, "beyond the end");
        return FALSE;
    }
    return TRUE;
}

static BtAnswered take_piece(BtRequest *request)
{
    BtAnswered answered;
    g_auto(BtVisit) visit = { NULL };
    g_autoptr(GError) error = NULL;
    if (!bt_visit_bytes(&visit, request, EDITORS, &answered))
        return answered;
    g_autoptr(BtUpload) upload = bt_uploads_find(visit.store, request->name, visit.user, &error);
    if (upload == NULL)
        return refuse_find(&visit, error);
    if (!bt_visit_may(&visit, EDITORS, upload->area)) /* any more */
        return refuse_area(&visit);
    if (!fits(&visit, upload, &answered))
        return answered;
    int fd = bt_upload_open(visit.store, upload, &error);
    if (fd < 0 && error->code == BT_ERROR_CONFLICT)
        return bt_http_refuse_for(request, BT_HTTP_SERVICE_UNAVAILABLE, "busy", 1);
    return fd < 0 ? refuse_find(&visit, error) : start_piece(&visit, &upload, fd);
}

const BtRoute bt_upload_routes[] = {
    { "POST", "/uploads", BT_PART_NOTHING, "", NEW_MAX_BYTES, begin },
    { "GET", "/uploads/", BT_PART_ID, "", 0, ask },
    { "PATCH", "/uploads/", BT_PART_ID, "", BT_UPLOAD_PIECE_MAX_BYTES, take_piece },
    { "POST", "/uploads/", BT_PART_ID, "/forget", NEW_MAX_BYTES, forget },
    { NULL },
};
