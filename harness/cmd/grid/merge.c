/*
 * winnow merge: the attempts of other databases into this one: what jobs left on a cluster, or what
 * a second machine ran.
 *
 * A folder that `winnow emit` made stands for its plan, whose experiment is recorded as `winnow
 * run` would, unless that was done since, and for all its shards. Shards that are not whole are put
 * aside under the name SHARD.bad, with the reason on stderr and in import_log, and the rest goes
 * on.
 */
#include "results/merge.h"
#include "base/json.h"
#include "base/str.h"
#include "harness/cluster/shards.h"
#include "harness/cmd/kit/db.h"
#include "harness/decide/decide.h"
#include "results/db.h"
#include "results/shard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 4096 };

struct values {
    bool json;
};

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, json, 0, "print JSON"),
    CMD_END,
};
static const struct cmd_line line = {
    "merge",
    "DB SHARD...",
    "Copies the attempts of other databases (SHARD: a database, a folder of them, or a\n"
    "folder that winnow emit wrote) into DB, which is created if it does not exist. Attempts\n"
    "that are there already are skipped and nothing is overwritten, so it can be run any\n"
    "number of times. A damaged shard is renamed to SHARD.bad. Exit code 1 if one was\n"
    "refused.",
    flags,
    2,
    MOST_ARGUMENTS,
};

struct merging {
    struct store *store;
    int64_t shards, attempts, known, refused;
    json_t *list; /* of the shards */
    struct err broken;
};

/* ---- One shard --------------------------------------------------------------------------------*/

/* Its new name; "" where it stays: nothing is known to be wrong with it, or it cannot be moved. */
static void put_aside(const char *path, struct str *ret_name)
{
    str_addf(ret_name, "%s" SHARD_ASIDE, path);
    for (int i = 2; access(str_text(ret_name), F_OK) == 0; i++) {
        str_clear(ret_name);
        str_addf(ret_name, "%s" SHARD_ASIDE "-%d", path, i);
    }
    if (rename(path, str_text(ret_name)) == 0)
        return;
    cmd_say("winnow merge: cannot rename %s: %s\n", path, strerror(errno));
    str_clear(ret_name);
}

static void tell(const char *path, const struct merge_report *report, const char *aside)
{
    if (report->refused)
        cmd_say("winnow merge: %s: %s%s%s\n", path, report->why.text,
                aside[0] ? "; renamed to " : "", aside);
    if (report->unlisted)
        cmd_say("note: %s: %lld of its cells are not in the experiment of that name here, whose "
                "file differs: their attempts were taken nevertheless\n",
                path, (long long)report->unlisted);
}

static void list(struct merging *merging, const char *path, const struct merge_report *report,
                 const char *aside)
{
    json_t *shard = json_pack("{s:o, s:s?, s:I, s:I, s:o, s:o}", "path", json_text(path), "sha256",
                              report->shard[0] ? report->shard : NULL, "attempts",
                              (json_int_t)report->attempts, "known", (json_int_t)report->known,
                              "refused", json_text(report->refused ? report->why.text : NULL),
                              "aside", json_text(aside[0] ? aside : NULL));
    json_push(merging->list, shard);
}

static int merge_file(struct merging *merging, const char *path)
{
    struct merge_report report;
    struct str aside = {0};
    if (merge_shard(merging->store, path, &report, &merging->broken))
        return -1;
    if (report.damaged)
        put_aside(path, &aside);
    merging->shards++;
    merging->attempts += report.attempts;
    merging->known += report.known;
    merging->refused += report.refused;
    tell(path, &report, str_text(&aside));
    list(merging, path, &report, str_text(&aside));
    str_release(&aside);
    return 0;
}

/* ---- Folders ----------------------------------------------------------------------------------*/

static int merge_folder(struct merging *merging, const char *folder)
{
    struct shards shards;
    struct str path = {0};
    int failed = 0;
    if (shards_list(folder, &shards, &merging->broken))
        return -1;
    for (size_t i = 0; i < shards.count && !failed; i++) {
        str_clear(&path);
        str_addf(&path, "%s/%s", folder, shards.names[i]);
        failed = merge_file(merging, str_text(&path));
    }
    str_release(&path);
    shards_release(&shards);
    return failed;
}

/* The experiment of a plan, unless it was recorded here since the plan was frozen. */
static int record_plan(struct merging *merging, const char *path)
{
    struct frozen_plan *frozen;
    struct err err;
    if (frozen_plan_read(path, &frozen, &err)) {
        cmd_say("winnow merge: %s; the shards say what they are of\n", err.text);
        merging->refused++;
        return 0;
    }
    const struct bound values[] = {db_text(frozen->name), db_int(frozen->frozen_at)};
    int64_t since = 0;
    int failed = db_get_int(store_sqlite(merging->store),
                            "SELECT count(*) FROM experiment WHERE name = ? AND recorded_at > ?",
                            values, 2, &since, &merging->broken);
    if (!failed && since == 0)
        failed = frozen_plan_record(frozen, frozen->plan, merging->store, &merging->broken);
    frozen_plan_free(frozen);
    return failed;
}

static int merge_emitted(struct merging *merging, const char *folder, const char *plan)
{
    struct str shards = {0};
    str_addf(&shards, "%s/shards", folder);
    const int failed = record_plan(merging, plan) || merge_folder(merging, str_text(&shards));
    str_release(&shards);
    return failed;
}

static int merge_path(struct merging *merging, const char *path)
{
    struct stat stat_of;
    struct str plan = {0};
    if (stat(path, &stat_of) || !S_ISDIR(stat_of.st_mode))
        return merge_file(merging, path);
    str_addf(&plan, "%s/plan.jsonl", path);
    const int failed = access(str_text(&plan), F_OK) == 0
                           ? merge_emitted(merging, path, str_text(&plan))
                           : merge_folder(merging, path);
    str_release(&plan);
    return failed;
}

/* ---- All of them ------------------------------------------------------------------------------*/

static void add_json(const struct merging *merging, const char *db, struct str *ret_text)
{
    json_t *root = json_pack("{s:o, s:I, s:I, s:I, s:O}", "database", json_text(db), "attempts",
                             (json_int_t)merging->attempts, "known", (json_int_t)merging->known,
                             "refused", (json_int_t)merging->refused, "shards", merging->list);
    json_add_dump(ret_text, json_made(root), JSON_INDENT(2));
    str_add(ret_text, "\n");
    json_decref(root);
}

static void add_totals(const struct merging *merging, const char *db, struct str *ret_text)
{
    str_addf(ret_text, "%s: ", db);
    str_add_count(ret_text, merging->shards, "shard");
    str_add(ret_text, ": ");
    str_add_count(ret_text, merging->attempts, "new attempt");
    str_addf(ret_text, ", %lld known", (long long)merging->known);
    if (merging->refused)
        str_addf(ret_text, ", %lld refused", (long long)merging->refused);
    str_add(ret_text, "\n");
}

static int merge_all(struct merging *merging, const char *const *paths, const char *db, bool json)
{
    struct str text = {0};
    for (; *paths; paths++)
        if (merge_path(merging, *paths))
            return cmd_fail(&line, EXIT_DATABASE, merging->broken.text);
    if (decide_update_all(merging->store, &merging->broken))
        cmd_say("winnow merge: questions are not answered anew: %s\n", merging->broken.text);
    if (store_in_place(merging->store, &merging->broken))
        return cmd_fail(&line, EXIT_DATABASE, merging->broken.text);
    if (json)
        add_json(merging, db, &text);
    else
        add_totals(merging, db, &text);
    const int code = (json ? cmd_print_data : cmd_print)(&line, &text);
    str_release(&text);
    return code == EXIT_DONE && merging->refused ? EXIT_CELLS_FAILED : code;
}

/* Whether DB would be made for nothing: neither it nor any of the shards is there. */
static bool is_for_nothing(const char *const *paths)
{
    while (*paths && access(*paths, F_OK))
        paths++;
    return !*paths;
}

int cmd_merge(int argc, char **argv)
{
    struct values values;
    struct err err;
    const char **arguments;
    struct merging merging = {0};
    MEM_NEW(arguments, MOST_ARGUMENTS + 1);
    int code = cmd_parse(&line, argc, argv, &values, arguments);
    if (code < 0 && is_for_nothing(arguments)) {
        err_set(&err, "no such file: %s%s", arguments[1],
                arguments[2] ? "; nor is there any of the others" : "");
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    }
    if (code < 0 && store_open(arguments[0], STORE_WRITE, &merging.store, &err))
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    if (code < 0) {
        merging.list = json_array();
        code = merge_all(&merging, arguments + 1, arguments[0], values.json);
        json_decref(merging.list);
        store_close(merging.store);
    }
    mem_free(arguments);
    return code;
}
