#include "base/scratch.h"

#include "base/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16 }; /* signals while it was there: one is enough to end a process */

/* SIGHUP: the terminal was closed. */
static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, 0};

int scratch_make(struct scratch *ret_scratch, const char *parent, const char *name, struct err *err)
{
    struct scratch scratch = {0};
    const char *temporary = getenv("TMPDIR");
    const char *folder = parent ? parent : temporary && *temporary ? temporary : "/tmp";
    str_addf(&scratch.path, "%s/%s-XXXXXX", folder, name);
    signals_catch(&scratch.caught, deadly);
    if (mkdtemp(scratch.path.text)) {
        *ret_scratch = scratch;
        return 0;
    }
    const int reason = errno;
    signals_release(&scratch.caught);
    str_release(&scratch.path);
    return err_set(err, "cannot make a folder in %s: %s", folder, strerror(reason));
}

void scratch_remove(struct scratch *scratch)
{
    struct signals_news came[MOST];
    size_t count = 0;
    folder_remove(str_text(&scratch->path));
    str_release(&scratch->path);
    signals_release(&scratch->caught);
    while (count < MOST && signals_take(&came[count]))
        count++;
    for (size_t i = 0; i < count; i++)
        raise(came[i].number); /* where somebody else catches it, it can be taken again */
}
