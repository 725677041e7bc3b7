#include "tests/support/recording.h"

#include "base/err.h"
#include "base/mem.h"

static const char FILE_NAME[] = "tests/golden/pruners/network.json";

static size_t size_at(const json_t *json, const char *name)
{
    const json_t *value = json_object_get(json, name);
    REQUIRE(json_is_integer(value));
    return (size_t)json_integer_value(value);
}

static size_t labels_at(const json_t *json, const char *name, uint16_t **ret_labels)
{
    const json_t *array = json_object_get(json, name);
    const size_t n = json_array_size(array);
    REQUIRE(n > 0);
    MEM_NEW(*ret_labels, n);
    for (size_t i = 0; i < n; i++)
        (*ret_labels)[i] = (uint8_t)json_integer_value(json_array_get(array, i));
    return n;
}

void recording_load(struct recording *ret_recording)
{
    json_error_t error;
    json_t *json = json_load_file(FILE_NAME, 0, &error);
    if (!json)
        DIE("%s:%d: %s", FILE_NAME, error.line, error.text);
    struct recording r = {.json = json};
    r.n = labels_at(json, "labels", &r.labels);
    r.validation_n = labels_at(json, "validation_labels", &r.validation_labels);
    r.feature_count = size_at(json, "feature_count");
    r.classes = (int)size_at(json, "classes");
    r.epochs = (int)size_at(json, "epochs");
    r.runs = (int)json_array_size(json_object_get(json, "runs"));
    *ret_recording = r;
}

void recording_release(struct recording *recording)
{
    json_decref(recording->json);
    mem_free(recording->labels);
    mem_free(recording->validation_labels);
    *recording = (struct recording){0};
}

static size_t flatten(const json_t *value, size_t count, size_t at, float *ret)
{
    if (json_is_number(value)) {
        REQUIRE(at < count);
        ret[at] = (float)json_number_value(value);
        return at + 1;
    }
    REQUIRE(json_is_array(value));
    for (size_t i = 0; i < json_array_size(value); i++)
        at = flatten(json_array_get(value, i), count, at, ret);
    return at;
}

void recording_numbers(const json_t *array, size_t count, float *ret)
{
    REQUIRE(flatten(array, count, 0, ret) == count);
}

void recording_read(const struct recording *recording, int run, int epoch, bool training,
                    const char *name, size_t count, float *ret)
{
    const json_t *whole = json_array_get(json_object_get(recording->json, "runs"), (size_t)run);
    const json_t *list = json_object_get(whole, training ? "training" : "passes");
    const size_t at = (size_t)(training ? epoch - 1 : epoch);
    if (run >= recording->runs || at >= json_array_size(list))
        DIE("%s has no run %d, epoch %d", FILE_NAME, run, epoch);
    recording_numbers(json_object_get(json_array_get(list, at), name), count, ret);
}
