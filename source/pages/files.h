/* The styles and scripts of the pages, made into the program at build.
 * Thread-safety: safe. */
#ifndef BT_SOURCE_FILES_H
#define BT_SOURCE_FILES_H

/* FILE(NAME, ADDRESS, TYPE): bt_file_NAME holds its bytes, bt_file_NAME_gz the same packed. */
#define BT_FILES(FILE)                                                                             \
    FILE(page_css, "page.css", "text/css")                                                         \
    FILE(page_js, "page.js", "text/javascript")                                                    \
    FILE(sign_js, "sign.js", "text/javascript")                                                    \
    FILE(upload_js, "upload.js", "text/javascript")                                                \
    FILE(chart_js, "chart.js", "text/javascript")                                                  \
    FILE(compose_js, "compose.js", "text/javascript")                                              \
    FILE(layout_js, "layout.js", "text/javascript")                                                \
    FILE(sort_js, "sort.js", "text/javascript")                                                    \
    FILE(sign_js, "sign.js", "text/javascript")                                                    \
    FILE(htmx_js, "htmx.js", "text/javascript")                                                    \
    FILE(uplot_js, "uplot.js", "text/javascript")                                                  \
    FILE(uplot_css, "uplot.css", "text/css")                                                       \
    FILE(openapi_json, "openapi.json", "application/json")

#define BT_FILE_DECLARE(name, address, type)                                                       \
    extern const unsigned char bt_file_##name[], bt_file_##name##_gz[];                            \
    extern const unsigned bt_file_##name##_size, bt_file_##name##_gz_size;
BT_FILES(BT_FILE_DECLARE)

/* The address of a file that is there: "page.css" → "/files/page.css?HASH". (transfer full) */
char *bt_file_path(const char *name);

#endif
