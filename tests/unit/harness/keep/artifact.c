/* Kept scores: the same bytes back, and nothing from a file that is not whole. */
#include "results/record/artifact.h"

#include "base/mem.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N = 5 };

static const struct artifact sample = {
    .n = N,
    .state_size = 7,
    .state = (char[]){"\0state"},
    .scores = (float[N]){1, -2, 0.5f, 1e-30f, 3e30f},
    .score_ns = 123456789012345,
    .work = {1000, 2000, 3.5e15},
};

static const char KEY[] = "0123";

static const char *folder(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/artifacts", test_dir());
    return path;
}

static void save(const struct artifact *artifact)
{
    struct err err;
    cr_assert_eq(artifact_save(folder(), KEY, artifact, &err), 0, "%s", err.text);
}

Test(artifact, comes_back_as_it_was)
{
    struct artifact back;
    struct err err;
    save(&sample);
    save(&sample); /* in place of the first */
    cr_assert_eq(artifact_load(folder(), KEY, &sample, &back, &err), ARTIFACT_LOADED);
    cr_expect_eq(back.n, N);
    cr_expect_eq(memcmp(back.state, sample.state, sample.state_size), 0);
    cr_expect_eq(memcmp(back.scores, sample.scores, N * sizeof *sample.scores), 0);
    cr_expect_eq(back.score_ns, sample.score_ns);
    cr_expect(back.work.samples_forward == 1000 && back.work.samples_backward == 2000);
    cr_expect(back.work.flops == 3.5e15);
    artifact_release(&back);
    int files = 0;
    DIR *dir = opendir(folder());
    for (struct dirent *entry; (entry = readdir(dir));)
        files += entry->d_name[0] != '.';
    closedir(dir);
    cr_expect_eq(files, 1, "%d files are left", files);
}

Test(artifact, without_scores_or_without_state)
{
    struct artifact bare = sample, back;
    struct err err;
    bare.scores = NULL;
    save(&bare);
    cr_assert_eq(artifact_load(folder(), KEY, &bare, &back, &err), ARTIFACT_LOADED);
    cr_expect_null(back.scores);
    artifact_release(&back);
    bare = sample;
    bare.state = NULL;
    bare.state_size = 0;
    save(&bare);
    cr_assert_eq(artifact_load(folder(), KEY, &bare, &back, &err), ARTIFACT_LOADED);
    cr_expect_null(back.state);
    artifact_release(&back);
}

Test(artifact, absent)
{
    struct artifact back;
    struct err err;
    cr_expect_eq(artifact_load(folder(), KEY, &sample, &back, &err), ARTIFACT_ABSENT);
    cr_expect_eq(artifact_load("/dev/null", KEY, &sample, &back, &err), ARTIFACT_ABSENT);
}

static void expect_damage(const char *wanted)
{
    struct artifact back;
    struct err err;
    cr_assert_eq(artifact_load(folder(), KEY, &sample, &back, &err), ARTIFACT_DAMAGED, "%s",
                 wanted);
    cr_expect(strstr(err.text, wanted), "'%s', expected '%s'", err.text, wanted);
    cr_expect(strstr(err.text, "/artifacts/0123: "), "%s", err.text);
}

Test(artifact, each_flipped_byte_is_found)
{
    char path[300];
    save(&sample);
    snprintf(path, sizeof path, "%s/%s", folder(), KEY);
    FILE *file = fopen(path, "r+");
    fseek(file, 0, SEEK_END);
    const long size = ftell(file);
    for (long at = 0; at < size; at++) {
        fseek(file, at, SEEK_SET);
        const int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ 4, file);
        fflush(file);
        expect_damage("its checksum is wrong");
        fseek(file, at, SEEK_SET);
        fputc(byte, file);
    }
    fclose(file);
    cr_assert_eq(truncate(path, size / 2), 0);
    expect_damage("its checksum is wrong");
    cr_assert_eq(truncate(path, 3), 0);
    expect_damage("it has 3 bytes");
}

Test(artifact, other_sizes_are_refused)
{
    struct artifact other = sample;
    other.n = N - 1;
    save(&other);
    expect_damage("its sizes do not match this pruner");
    other = sample;
    other.scores = NULL;
    save(&other);
    expect_damage("its sizes do not match this pruner");
}

Test(artifact, a_folder_that_cannot_be_made_is_an_error)
{
    struct err err;
    cr_expect_eq(artifact_save("/dev/null/artifacts", KEY, &sample, &err), -1);
    cr_expect(strstr(err.text, "cannot write /dev/null/artifacts/0123: "), "%s", err.text);
}

Test(artifact, keys_differ_by_machine)
{
    char one[HASH_HEX_SIZE], same[HASH_HEX_SIZE], other[HASH_HEX_SIZE];
    artifact_key("cell", "this CPU", "1", one);
    artifact_key("cell", "this CPU", "1", same);
    artifact_key("cell", "that CPU", "1", other);
    cr_expect_str_eq(one, same);
    cr_expect_str_neq(one, other);
}

Test(artifact, lies_beside_the_database)
{
    struct str path = {0};
    artifact_folder("results/x.db", &path);
    cr_expect_str_eq(str_text(&path), "results/artifacts");
    str_clear(&path);
    artifact_folder("x.db", &path);
    cr_expect_str_eq(str_text(&path), "artifacts");
    str_release(&path);
}
