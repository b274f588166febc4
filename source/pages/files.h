/* The styles and scripts of the pages, made into the program at build.
 * Thread-safety: safe. */
#ifndef BT_SOURCE_FILES_H
#define BT_SOURCE_FILES_H

extern const unsigned char bt_file_page_css[], bt_file_page_js[], bt_file_chart_js[],
    bt_file_htmx_js[], bt_file_uplot_js[], bt_file_uplot_css[];
extern const unsigned bt_file_page_css_size, bt_file_page_js_size, bt_file_chart_js_size,
    bt_file_htmx_js_size, bt_file_uplot_js_size, bt_file_uplot_css_size;

/* The address of a file that is there: "page.css" → "/files/page.css?HASH". (transfer full) */
char *bt_file_path(const char *name);

#endif
