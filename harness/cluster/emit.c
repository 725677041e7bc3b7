#include "harness/cluster/emit.h"

#include <math.h>
#include <string.h>

/* ---- Words ------------------------------------------------------------------------------------*/

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

/* ---- Scripts ----------------------------------------------------------------------------------*/

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

#define SCRIPT(stem) _binary_harness_cluster_##stem##_sh_start
extern const char SCRIPT(cells)[], SCRIPT(hosts)[], SCRIPT(merge)[], SCRIPT(more_waves)[],
    SCRIPT(places)[], SCRIPT(run)[], SCRIPT(submit)[], SCRIPT(waves)[];

static const char *quoted(const char *word, struct arena *arena)
{
    struct str text = {0};
    str_add_quoted(&text, word ? word : "");
    return str_keep(&text, arena);
}

/* A line; none where there is no value. */
static const char *option(const char *name, const char *value, struct arena *arena)
{
    return value ? arena_printf(arena, "#SBATCH --%s=%s\n", name, value) : "";
}

void emit_script(const struct emit *emit, enum emit_script which, size_t chunk,
                 struct str *ret_text)
{
    static const char *const scripts[] = {[EMIT_CELLS] = SCRIPT(cells),
                                          [EMIT_MERGE] = SCRIPT(merge),
                                          [EMIT_SUBMIT] = SCRIPT(submit),
                                          [EMIT_RUN] = SCRIPT(run)};
    const size_t most = (size_t)emit->max_array;
    const bool asks = emit->frozen->asks.question_count > 0;
    const struct str_place parts[] = {{"{{places}}", SCRIPT(places)},
                                      {"{{waves}}", asks ? SCRIPT(waves) : ""},
                                      {"{{more-waves}}", asks ? SCRIPT(more_waves) : ""},
                                      {"{{check-hosts}}", emit->hosts ? SCRIPT(hosts) : ""}};
    struct str whole = {0}, name = {0}, lines = {0}, time = {0}, submits = {0};
    struct arena arena = {0};
    str_add_filled(&whole, scripts[which], parts, sizeof parts / sizeof *parts);
    emit_job_name(emit, &name);
    if (emit->time > 0)
        emit_time(&time, emit->time);
    for (size_t i = 0; i < emit->line_count; i++)
        str_addf(&lines, "#SBATCH %s\n", emit->lines[i]);
    for (size_t i = 1; most && i <= emit_chunks(emit); i++)
        str_addf(&submits, "submit %zu %zu %zu \"$@\"\n", i, (i - 1) * most, chunk_size(emit, i));
    const struct str_place places[] = {
        {"{{name}}", str_text(&name)},
        {"{{chunk}}", arena_printf(&arena, "%zu", chunk)},
        {"{{first}}", arena_printf(&arena, "%zu", (chunk - 1) * most)},
        {"{{last}}", arena_printf(&arena, "%zu", chunk_size(emit, chunk) - 1)},
        {"{{submits}}", str_text(&submits)},
        {"{{partition}}", option("partition", emit->partition, &arena)},
        {"{{account}}", option("account", emit->account, &arena)},
        {"{{lines}}", str_text(&lines)},
        {"{{cpus}}", arena_printf(&arena, "%d", emit->cpus)},
        {"{{mem}}", option("mem", emit->memory, &arena)},
        {"{{time}}", option("time", emit->time > 0 ? str_text(&time) : NULL, &arena)},
        {"{{grace}}", arena_printf(&arena, "%.0f", emit->grace)},
        {"{{dir}}", quoted(emit->folder, &arena)},
        {"{{db}}", quoted(emit->db, &arena)},
        {"{{winnow}}", quoted(emit->winnow, &arena)},
        {"{{cwd}}", quoted(emit->cwd, &arena)},
        {"{{data-dir}}",
         emit->data_dir ? arena_printf(&arena, " --data-dir %s", quoted(emit->data_dir, &arena))
                        : ""},
        {"{{hosts}}", quoted(emit->hosts, &arena)},
        {"{{sshlogin}}", emit->hosts ? "--sshloginfile \"$hosts\" --workdir \"$PWD\" " : ""},
        {"{{jobs}}", emit->jobs ? arena_printf(&arena, "--jobs %d ", emit->jobs) : ""},
    };
    str_add_filled(ret_text, str_text(&whole), places, sizeof places / sizeof *places);
    STR_RELEASE(&whole, &name, &lines, &time, &submits);
    arena_release(&arena);
}
