#include "harness/report/html.h"
#include "harness/report/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What a reader sees of a value, as text. */
static void add_value(const json_t *value, struct str *ret_text)
{
    size_t i;
    json_t *item;
    if (json_is_string(value)) {
        str_add(ret_text, json_string_value(value));
    } else if (json_is_integer(value)) {
        str_addf(ret_text, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        str_addf(ret_text, "%.4g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        str_add(ret_text, json_is_true(value) ? "yes" : "no");
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, item)
        {
            str_add(ret_text, i ? ", " : "");
            add_value(item, ret_text);
        }
    } else if (json_is_object(value)) {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        str_add(ret_text, text ? text : "");
        free(text);
    }
}

static void add_verdict(const char *text, struct str *out)
{
    const bool held = strcmp(text, "held") == 0, broken = strcmp(text, "not held") == 0;
    str_addf(out, "<td%s>", held ? " class=\"held\"" : broken ? " class=\"broken\"" : "");
    html_add(out, text);
    str_add(out, "</td>");
}

static void add_claim(const json_t *claim, const struct html_column *columns, size_t count,
                      struct str *out)
{
    html_row_open(out);
    for (size_t i = 0; i < count; i++) {
        struct str text = {0};
        add_value(json_object_get(claim, columns[i].name), &text);
        if (strcmp(columns[i].name, "verdict") == 0)
            add_verdict(str_text(&text), out);
        else
            html_text(out, &columns[i], str_text(&text));
        str_release(&text);
    }
    html_row_close(out);
}

static int add_claims(json_t *claims, const char *path, struct str *out, struct err *err)
{
    enum { MOST_COLUMNS = 24 };
    struct html_column columns[MOST_COLUMNS];
    size_t count = 0, i;
    json_t *claim, *value;
    const char *key;
    if (!json_is_array(claims) || json_array_size(claims) == 0)
        return err_set(err, "%s: expected a list of claims, or an object with one as \"claims\"",
                       path);
    json_array_foreach(claims, i, claim)
    {
        if (!json_is_object(claim))
            return err_set(err, "%s: claim %zu is not an object", path, i + 1);
    }
    json_object_foreach(json_array_get(claims, 0), key, value)
    {
        if (count < MOST_COLUMNS) {
            const bool wide = json_is_string(value) && json_string_length(value) > 40;
            columns[count] = (struct html_column){key, wide ? HTML_LONG : HTML_TEXT, 0};
            if (count == 0)
                columns[count].kind = HTML_HEAD;
            count++;
        }
    }
    if (count == 0)
        return err_set(err, "%s: the first claim is empty", path);
    html_section_open(out, "claims", "Claims");
    html_table_open(out, "Claims and what was measured", columns, count);
    json_array_foreach(claims, i, claim)
    {
        add_claim(claim, columns, count, out);
    }
    html_table_close(out);
    html_section_close(out);
    return 0;
}

int report_claims(const char *path, struct str *ret_section, struct err *err)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root && error.line < 0)
        return err_set(err, "%s", error.text);
    if (!root)
        return err_set(err, "%s:%d:%d: %s", path, error.line, error.column, error.text);
    json_t *claims = json_is_object(root) ? json_object_get(root, "claims") : root;
    const int failed = add_claims(claims, path, ret_section, err);
    json_decref(root);
    return failed;
}
