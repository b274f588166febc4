/* A door that libraries walk through without being asked, bricked up before the jail would kill us
 * for it: the C library opens tables to convert between alphabets (FFmpeg asks it to for the names
 * of channels and titles, which nobody here reads). A definition in the program wins over the
 * library's. */
#include <errno.h>
#include <iconv.h>

iconv_t iconv_open(const char *to, const char *from)
{
    (void)to, (void)from;
    errno = EINVAL;
    return (iconv_t)-1;
}
