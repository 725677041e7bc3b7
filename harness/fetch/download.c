#include "harness/fetch/download.h"

#include "base/save.h"
#include "base/time.h"
#include "harness/data/loader.h"
#include "harness/fetch/sums.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ANYBODY = 0666, /* less the umask */
    MOST_FROM = 8192,
    START = 512, /* a web page is known by */
    MOST_REDIRECTIONS = 10,
    OK = 200,
    PARTIAL = 206,
    NO_SUCH_RANGE = 416,
};

struct transfer {
    const struct download *what;
    struct str part, from; /* paths */
    struct str validator;  /* of the part, for If-Range; empty: none is known */
    int file;              /* the part, locked */
    int64_t size;          /* of it */
    CURL *curl;
    char reason[CURL_ERROR_SIZE];
    long status;       /* HTTP's */
    int64_t began_at;  /* the size when its answer began */
    bool begun;        /* its answer */
    int64_t came_at;   /* time_now() of its last bytes, or of the question */
    bool stalled;      /* nothing came for too long */
    struct err refuse; /* why we did not go on, not the network; empty: we did */
};

/* ---- The part ---------------------------------------------------------------------------------*/

/* Whoever had the lock until now may have given the file its name, or removed it. */
static bool is_still_there(const struct transfer *t)
{
    struct stat open_file, named;
    return fstat(t->file, &open_file) == 0 && stat(str_text(&t->part), &named) == 0 &&
           open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

static int open_part(struct transfer *t, struct err *err)
{
    const char *part = str_text(&t->part);
    t->file = open(part, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, ANYBODY);
    if (t->file < 0)
        return err_set(err, "cannot write %s: %s", part, strerror(errno));
    if (flock(t->file, LOCK_EX | LOCK_NB) || !is_still_there(t))
        return err_set(err, "%s: another winnow fetch is at it; wait for its end", part);
    return 0;
}

static int forget_part(struct transfer *t, struct err *err)
{
    t->size = 0;
    str_clear(&t->validator);
    unlink(str_text(&t->from));
    return ftruncate(t->file, 0)
               ? err_set(err, "cannot write %s: %s", str_text(&t->part), strerror(errno))
               : 0;
}

/* Of an earlier call: what is there, if it is of the same address. */
static int recall_part(struct transfer *t, struct err *err)
{
    struct str text = {0}, address = {0};
    struct stat about;
    const bool known = str_add_file(&text, str_text(&t->from), MOST_FROM, NULL) == 0;
    const char *at = str_text(&text);
    const bool same =
        known && str_next(&address, &at, "\n") && strcmp(str_text(&address), t->what->address) == 0;
    if (same)
        str_next(&t->validator, &at, "\n");
    STR_RELEASE(&text, &address);
    if (!same || fstat(t->file, &about))
        return forget_part(t, err);
    t->size = about.st_size;
    return 0;
}

/* Of a weak ETag (W/) it is not said that all bytes are the same. */
static int note_part(struct transfer *t, struct err *err)
{
    struct curl_header *tag, *date;
    struct str text = {0};
    str_clear(&t->validator);
    if (curl_easy_header(t->curl, "ETag", 0, CURLH_HEADER, -1, &tag) == CURLHE_OK &&
        tag->value[0] == '"')
        str_add(&t->validator, tag->value);
    else if (curl_easy_header(t->curl, "Last-Modified", 0, CURLH_HEADER, -1, &date) == CURLHE_OK)
        str_add(&t->validator, date->value);
    str_addf(&text, "%s\n%s\n", t->what->address, str_text(&t->validator));
    const int failed = save_file(str_text(&t->from), str_text(&text), err);
    str_release(&text);
    return failed;
}

/* ---- An answer --------------------------------------------------------------------------------*/

static int refuse_status(const struct transfer *t, struct err *err)
{
    const long status = t->status;
    return err_set(err, "%s: HTTP %ld%s", t->what->address, status,
                   status == 404 || status == 410   ? ": there is no such file"
                   : status == 401 || status == 403 ? ": access is refused"
                   : status == 407                  ? ": the proxy wants a name and a password"
                   : status == 429 || status >= 500 ? ": try again later"
                                                    : "");
}

static bool is_the_rest(const struct transfer *t)
{
    struct curl_header *range;
    struct str wanted = {0};
    str_addf(&wanted, "bytes %lld-", (long long)t->size);
    const bool is =
        curl_easy_header(t->curl, "Content-Range", 0, CURLH_HEADER, -1, &range) == CURLHE_OK &&
        strncmp(range->value, str_text(&wanted), wanted.length) == 0;
    str_release(&wanted);
    return is;
}

/* Once its headers are there, before anything of it is written. */
static int begin(struct transfer *t, struct err *err)
{
    t->begun = true;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->status);
    if (t->status == PARTIAL && t->size && !is_the_rest(t))
        return err_set(err, "%s: another part of the file came than was asked for",
                       t->what->address);
    if (t->status == OK && (forget_part(t, err) || note_part(t, err)))
        return -1;
    if (t->status != OK && !(t->status == PARTIAL && t->size))
        return refuse_status(t, err);
    t->began_at = t->size;
    return 0;
}

/* Less than count: curl gives up. */
static size_t take(char *bytes, size_t one, size_t count, void *context)
{
    struct transfer *t = context;
    size_t done = 0;
    (void)one; /* is 1 */
    if (!t->begun && begin(t, &t->refuse))
        return 0;
    while (done < count) {
        const ssize_t written = write(t->file, bytes + done, count - done);
        if (written < 0 && errno != EINTR) {
            err_set(&t->refuse, "cannot write %s: %s", str_text(&t->part), strerror(errno));
            return 0;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    t->size += (int64_t)count;
    t->came_at = time_now();
    return count;
}

/* curl calls it once a second at least, and gives up unless it returns 0. (Its own limit is of a
 * speed over some seconds: slow is not stalled.) */
static int watch(void *context, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up)
{
    struct transfer *t = context;
    const double waited = (double)(time_now() - t->came_at) / (double)TIME_SECOND;
    (void)up_all, (void)up, (void)now;
    t->stalled = t->what->stall > 0 && waited > t->what->stall;
    if (t->begun)
        t->what->watch->progress(t->what->watch->context, t->what->name, t->size,
                                 all ? t->began_at + all : 0);
    return t->stalled;
}

static CURLcode ask(struct transfer *t)
{
    struct str range = {0}, condition = {0};
    struct curl_slist *headers = NULL;
    if (t->size) {
        str_addf(&range, "%lld-", (long long)t->size);
        if (t->validator.length) {
            str_addf(&condition, "If-Range: %s", str_text(&t->validator));
            headers = curl_slist_append(NULL, str_text(&condition));
        }
    }
    curl_easy_setopt(t->curl, CURLOPT_RANGE, range.text);
    curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, headers);
    t->begun = false;
    t->refuse = (struct err){0};
    t->reason[0] = '\0';
    t->status = 0;
    t->came_at = time_now();
    CURLcode code = curl_easy_perform(t->curl);
    if (code == CURLE_OK && !t->begun && begin(t, &t->refuse)) /* an answer without a body */
        code = CURLE_WRITE_ERROR;
    curl_slist_free_all(headers);
    STR_RELEASE(&range, &condition);
    return code;
}

/* ---- The whole --------------------------------------------------------------------------------*/

static int explain(const struct transfer *t, CURLcode code, struct err *err)
{
    struct str text = {0};
    if (t->refuse.text[0])
        str_add(&text, t->refuse.text);
    else if (t->stalled)
        str_addf(&text, "%s: nothing came for %g s", t->what->address, t->what->stall);
    else
        str_addf(&text, "%s: %s", t->what->address,
                 t->reason[0] ? t->reason : curl_easy_strerror(code));
    if (t->size) {
        str_add(&text, "; ");
        str_add_size(&text, t->size);
        str_add(&text, " are kept: the same command goes on from there");
    }
    err_set(err, "%s", str_text(&text));
    str_release(&text);
    return -1;
}

/* Until all is there, or a try brings nothing new. */
static int get(struct transfer *t, struct err *err)
{
    for (;;) {
        const int64_t before = t->size;
        const CURLcode code = ask(t);
        if (code == CURLE_OK)
            return 0;
        if (t->status == NO_SUCH_RANGE && before) {
            if (forget_part(t, err))
                return -1;
        } else if (t->refuse.text[0] || t->size <= before || t->stalled) {
            return explain(t, code, err);
        }
    }
}

static int refuse_sum(struct transfer *t, const char *found, struct err *err)
{
    char start[START + 1] = "";
    const bool page = pread(t->file, start, START, 0) > 0 && loader_is_page(start);
    forget_part(t, NULL);
    unlink(str_text(&t->part));
    return page ? err_set(err,
                          "%s: a web page came in the place of the file, a login's or a proxy's",
                          t->what->address)
                : err_set(err, "%s: expected %s %s, found %s: nothing is kept", t->what->address,
                          sums_kind(t->what->sum), t->what->sum, found);
}

/* Until the part is whole and right. A part that is so already needs no network. */
static int get_right(struct transfer *t, struct err *err)
{
    const char *part = str_text(&t->part);
    char found[HASH_HEX_SIZE];
    bool right = false, resumed = t->size > 0;
    if (resumed && sums_check(part, t->what->sum, &right, found, err))
        return -1;
    while (!right) {
        if (get(t, err) || sums_check(part, t->what->sum, &right, found, err))
            return -1;
        if (!right && !resumed)
            return refuse_sum(t, found, err);
        if (!right && forget_part(t, err))
            return -1;
        resumed = false;
    }
    return 0;
}

static void set_up(struct transfer *t)
{
    CURL *curl = t->curl = curl_easy_init();
    if (!curl)
        DIE("libcurl cannot start");
    curl_easy_setopt(curl, CURLOPT_URL, t->what->address);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTIONS);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "winnow"); /* some refuse those without */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

static void tell(const struct transfer *t)
{
    struct str text = {0};
    str_addf(&text, "%s: ", t->what->name);
    str_add_size(&text, t->size);
    str_addf(&text, " from %s", t->what->address);
    t->what->watch->note(t->what->watch->context, str_text(&text));
    str_release(&text);
}

int download(const struct download *what, struct err *err)
{
    struct transfer t = {.what = what, .file = -1};
    str_addf(&t.part, "%s.part", what->path);
    str_addf(&t.from, "%s.from", str_text(&t.part));
    int failed = open_part(&t, err) || recall_part(&t, err) ? -1 : 0;
    if (!failed) {
        set_up(&t);
        failed = get_right(&t, err);
        if (!failed)
            failed = what->use(what->context, str_text(&t.part), err);
        if (!failed)
            tell(&t);
        curl_easy_cleanup(t.curl);
        if (!failed || t.size == 0) { /* an empty part is no use */
            unlink(str_text(&t.from));
            unlink(str_text(&t.part));
        }
    }
    if (t.file >= 0)
        close(t.file);
    STR_RELEASE(&t.part, &t.from, &t.validator);
    return failed;
}
