#include "harness/cluster/emit.h"

#include <math.h>
#include <string.h>

/* ---- Words ------------------------------------------------------------------------------------*/

void emit_quote(struct str *ret_text, const char *word)
{
    str_add(ret_text, "'");
    for (; *word; word++)
        if (*word == '\'')
            str_add(ret_text, "'\\''");
        else
            str_add_bytes(ret_text, word, 1);
    str_add(ret_text, "'");
}

void emit_time(struct str *ret_text, double seconds)
{
    const long long minutes = (long long)ceil(seconds / 60);
    str_addf(ret_text, "%lld-%02lld:%02lld:00", minutes / (24 * 60), minutes / 60 % 24,
             minutes % 60);
}

void emit_ranges(struct str *ret_text, const bool *wanted, size_t count)
{
    const char *comma = "";
    for (size_t i = 0; i < count; i++) {
        size_t last = i;
        if (!wanted[i])
            continue;
        while (last + 1 < count && wanted[last + 1])
            last++;
        str_addf(ret_text, "%s%zu", comma, i);
        if (last > i)
            str_addf(ret_text, "-%zu", last);
        comma = ",";
        i = last;
    }
}

/* A number at *text, which then points behind it. */
static bool take_number(const char **text, size_t *ret_number)
{
    char digits[16];
    int64_t number;
    const size_t length = strspn(*text, "0123456789");
    if (length == 0 || length >= sizeof digits)
        return false;
    memcpy(digits, *text, length);
    digits[length] = '\0';
    if (!str_parse_int(digits, &number))
        return false;
    *text += length;
    *ret_number = (size_t)number;
    return true;
}

bool emit_exclude(const char *ranges, bool *wanted, size_t count)
{
    static const char between[] = ", \t\n[]";
    for (;;) {
        size_t first, last;
        ranges += strspn(ranges, between);
        if (*ranges == '%') { /* of an array, how many run at once */
            ranges++;
            if (!take_number(&ranges, &first))
                return false;
            continue;
        }
        if (!*ranges)
            return true;
        if (!take_number(&ranges, &first))
            return false;
        last = first;
        if (*ranges == '-' && (ranges++, !take_number(&ranges, &last)))
            return false;
        for (size_t i = first; i <= last && i < count; i++)
            wanted[i] = false;
    }
}

/* "NAME='value'" */
static void add_variable(struct str *ret_text, const char *name, const char *value)
{
    str_addf(ret_text, "%s=", name);
    emit_quote(ret_text, value);
    str_add(ret_text, "\n");
}

/* ---- Slurm ------------------------------------------------------------------------------------*/

size_t emit_chunks(const struct emit *emit)
{
    const size_t most = (size_t)emit->max_array;
    return (emit->frozen->elements + most - 1) / most;
}

static size_t chunk_size(const struct emit *emit, size_t chunk)
{
    const size_t most = (size_t)emit->max_array, first = (chunk - 1) * most;
    const size_t rest = emit->frozen->elements - first;
    return rest < most ? rest : most;
}

void emit_job_name(const struct emit *emit, struct str *ret_text)
{
    str_addf(ret_text, "wn-%s-%.8s", emit->frozen->name, emit->frozen->id);
}

static void add_option(struct str *ret_text, const char *name, const char *value)
{
    if (value)
        str_addf(ret_text, "#SBATCH --%s=%s\n", name, value);
}

/* What both kinds of job have in common. */
static void add_head(const struct emit *emit, const char *about, const char *suffix,
                     struct str *ret_text)
{
    struct str name = {0};
    emit_job_name(emit, &name);
    str_addf(ret_text, "#!/bin/sh\n# %s\n#SBATCH --job-name=%s-%s\n", about, str_text(&name),
             suffix);
    str_release(&name);
    add_option(ret_text, "partition", emit->partition);
    add_option(ret_text, "account", emit->account);
    for (size_t i = 0; i < emit->line_count; i++)
        str_addf(ret_text, "#SBATCH %s\n", emit->lines[i]);
    str_add(ret_text, "#SBATCH --nodes=1\n#SBATCH --ntasks=1\n#SBATCH --open-mode=append\n");
}

static void add_places(const struct emit *emit, struct str *ret_text)
{
    str_add(ret_text, "set -eu\n");
    add_variable(ret_text, "dir", emit->folder);
    str_add(ret_text, "winnow=${WINNOW:-");
    emit_quote(ret_text, emit->winnow);
    str_add(ret_text, "}\ncd ");
    emit_quote(ret_text, emit->cwd);
    str_add(ret_text, "\n");
}

void emit_cells(const struct emit *emit, size_t chunk, struct str *ret_text)
{
    const size_t count = chunk_size(emit, chunk), first = (chunk - 1) * (size_t)emit->max_array;
    char suffix[32];
    snprintf(suffix, sizeof suffix, "%zu", chunk);
    add_head(emit, "Elements of a frozen plan, one a task. submit.sh submits those that are left.",
             suffix, ret_text);
    str_addf(ret_text, "#SBATCH --array=0-%zu\n#SBATCH --cpus-per-task=%d\n", count - 1,
             emit->cpus);
    add_option(ret_text, "mem", emit->memory);
    if (emit->time > 0) {
        struct str limit = {0};
        emit_time(&limit, emit->time);
        add_option(ret_text, "time", str_text(&limit));
        str_release(&limit);
    }
    str_addf(ret_text,
             "# The signal reaches the batch shell alone, and so the program that takes its "
             "place.\n#SBATCH --signal=B:USR1@%.0f\n#SBATCH --requeue\n",
             emit->grace);
    add_places(emit, ret_text);
    str_addf(ret_text,
             "exec \"$winnow\" cell --plan \"$dir/plan.jsonl\" --element "
             "$((%zu + SLURM_ARRAY_TASK_ID)) --requeue",
             first);
    if (emit->data_dir) {
        str_add(ret_text, " --data-dir ");
        emit_quote(ret_text, emit->data_dir);
    }
    str_add(ret_text, " \"$@\"\n");
}

void emit_merge(const struct emit *emit, struct str *ret_text)
{
    add_head(emit, "Merges the results of the array jobs into the database.", "merge", ret_text);
    add_places(emit, ret_text);
    add_variable(ret_text, "db", emit->db);
    str_add(ret_text, "exec \"$winnow\" merge \"$db\" \"$dir\"\n");
}

void emit_submit(const struct emit *emit, struct str *ret_text)
{
    struct str name = {0};
    emit_job_name(emit, &name);
    str_addf(ret_text,
             "#!/bin/sh\n"
             "# Submits the elements of the plan that are neither done (by the database and the "
             "shards) nor\n"
             "# queued, and a job that merges them when all have ended. Again at any time:\n"
             "#\n"
             "#     submit.sh [--retry-failed]\n");
    add_places(emit, ret_text);
    add_variable(ret_text, "db", emit->db);
    str_addf(ret_text, "name=%s\njobs=\n\n", str_text(&name));
    str_add(ret_text,
            "# In a file name of Slurm's, %% is a percent sign.\n"
            "logs=$(printf '%s' \"$dir/logs\" | sed 's/%/%%/g')\n"
            "mkdir -p \"$dir/logs\"\n\n"
            "submit() { # submit CHUNK FIRST COUNT [FLAG...]\n"
            "    chunk=$1 first=$2 count=$3\n"
            "    shift 3\n"
            "    queued=$(squeue --noheader --array --format=%K --user=\"$(id -un)\" "
            "--name=\"$name-$chunk\")\n"
            "    left=$(\"$winnow\" emit pending \"$dir\" --db \"$db\" --first \"$first\" "
            "--count \"$count\" \\\n"
            "        --except \"$queued\" \"$@\")\n"
            "    [ -n \"$left\" ] || return 0\n"
            "    job=$(sbatch --parsable --array=\"$left\" --output=\"$logs/%x-%a.log\" \\\n"
            "        \"$dir/cells-$chunk.sbatch\" \"$@\")\n"
            "    jobs=$jobs:${job%%;*}\n"
            "    echo \"job ${job%%;*}: cells-$chunk.sbatch, tasks $left\" >&2\n"
            "}\n\n");
    for (size_t chunk = 1; chunk <= emit_chunks(emit); chunk++)
        str_addf(ret_text, "submit %zu %zu %zu \"$@\"\n", chunk,
                 (chunk - 1) * (size_t)emit->max_array, chunk_size(emit, chunk));
    str_add(ret_text, "\nif [ -z \"$jobs\" ]; then\n"
                      "    echo \"nothing to submit: everything is done or queued; winnow merge "
                      "takes in what is there\" >&2\n"
                      "    exit 0\nfi\n"
                      "# afterany: a job that waits for a failed one to succeed waits for ever.\n"
                      "job=$(sbatch --parsable --dependency=\"afterany$jobs\" "
                      "--output=\"$logs/%x.log\" \"$dir/merge.sbatch\")\n"
                      "echo \"job ${job%%;*}: merge.sbatch, when they have ended\" >&2\n");
    str_release(&name);
}

/* ---- GNU parallel -----------------------------------------------------------------------------*/

void emit_parallel(const struct emit *emit, struct str *ret_text)
{
    str_add(ret_text,
            "#!/bin/sh\n"
            "# Runs the elements of the plan that are not done (by the database and the shards) "
            "with GNU\n"
            "# parallel, then merges. Again at any time: parallel's own --resume, which counts "
            "lines, is not\n"
            "# used. Ctrl-C, or TERM to parallel twice, stops it, and the cells at work with "
            "it.\n"
            "#\n"
            "#     run.sh [--retry-failed]\n");
    add_places(emit, ret_text);
    add_variable(ret_text, "db", emit->db);
    if (emit->hosts) {
        add_variable(ret_text, "hosts", emit->hosts);
        str_add(ret_text, "# All hosts must see the plan and the program under the same paths.\n"
                          "parallel --nonall --sshloginfile \"$hosts\" --tag --quote test -r "
                          "\"$dir/plan.jsonl\" -a -x \"$winnow\" </dev/null || {\n"
                          "    echo \"run.sh: a host of $hosts cannot be reached, or sees no "
                          "$dir/plan.jsonl or no $winnow\" >&2\n"
                          "    exit 4\n"
                          "}\n");
    }
    str_add(ret_text, "failed=0\n"
                      "left=$(\"$winnow\" emit pending \"$dir\" --db \"$db\" --lines \"$@\")\n"
                      "[ -z \"$left\" ] || printf '%s\\n' \"$left\" |\n"
                      "    parallel --quote --line-buffer --joblog \"$dir/parallel.log\" ");
    if (emit->hosts)
        str_add(ret_text, "--sshloginfile \"$hosts\" --workdir \"$PWD\" ");
    if (emit->jobs)
        str_addf(ret_text, "--jobs %d ", emit->jobs);
    str_add(ret_text, "\\\n    \"$winnow\" cell --plan \"$dir/plan.jsonl\" --element {} "
                      "--with-parent");
    if (emit->data_dir) {
        str_add(ret_text, " --data-dir ");
        emit_quote(ret_text, emit->data_dir);
    }
    str_add(ret_text, " \"$@\" || failed=1\n"
                      "\"$winnow\" merge \"$db\" \"$dir\"\n"
                      "exit \"$failed\"\n");
}
