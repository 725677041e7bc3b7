/* Which folder a dataset is read from: what people call files and folders, and what they chose. */
#include "base/str.h"
#include "tests/support/made_data.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static void rename_dotted(const char *folder, const char *suffix)
{
    static const char *const names[][2] = {
        {"train-images-idx3-ubyte", "train-images.idx3-ubyte"},
        {"train-labels-idx1-ubyte", "train-labels.idx1-ubyte"},
        {"t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"},
        {"t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char from[512], to[512];
        snprintf(from, sizeof from, "%s/%s%s", folder, names[i][0], suffix);
        snprintf(to, sizeof to, "%s/%s%s", folder, names[i][1], suffix);
        ASSERT_EQ(rename(from, to), 0);
    }
}

Test(data, idx_files_with_a_dot_in_their_names_are_read)
{
    made_idx(made_folder("published/mnist"), 3, false);
    made_idx(made_folder("plain/mnist"), 3, false);
    made_idx(made_folder("packed/mnist"), 3, true);
    rename_dotted(made_folder("plain/mnist"), "");
    rename_dotted(made_folder("packed/mnist"), ".gz");
    struct dataset *published = made_load_all("mnist", made_folder("published"));
    struct dataset *plain = made_load_all("mnist", made_folder("plain"));
    struct dataset *packed = made_load_all("mnist", made_folder("packed"));
    EXPECT_TEXT(plain->hash, published->hash);
    EXPECT_TEXT(packed->hash, published->hash);
    dataset_free(published);
    dataset_free(plain);
    dataset_free(packed);
}

Test(data, a_file_in_a_folder_of_its_own_name_is_read)
{
    static const char image[] = "train-images-idx3-ubyte";
    made_idx(made_folder("flat/mnist"), 3, false);
    made_idx(made_folder("zipped/mnist"), 3, false);
    char from[512], to[512];
    snprintf(from, sizeof from, "%s/%s", made_folder("zipped/mnist"), image);
    snprintf(to, sizeof to, "%s/aside", made_folder("zipped"));
    ASSERT_EQ(rename(from, to), 0);
    snprintf(from, sizeof from, "zipped/mnist/%s", image);
    const char *folder = made_folder(from);
    snprintf(from, sizeof from, "%s/aside", made_folder("zipped"));
    snprintf(to, sizeof to, "%s/%s", folder, image);
    ASSERT_EQ(rename(from, to), 0);
    struct dataset *flat = made_load_all("mnist", made_folder("flat"));
    struct dataset *zipped = made_load_all("mnist", made_folder("zipped"));
    EXPECT_TEXT(zipped->hash, flat->hash);
    dataset_free(flat);
    dataset_free(zipped);
}

Test(data, torchvisions_folders_are_read_and_named)
{
    static const char *const cases[][3] = {
        {"fashion-mnist", "root/FashionMNIST/raw", "root"},
        {"fashion-mnist", "root/FashionMNIST/raw", "root/FashionMNIST"},
        {"mnist", "other/MNIST/raw", "other"},
        {"mnist", "bare", "bare"},
        {"fashion-mnist", "own/fashion-mnist/FashionMNIST/raw", "own"},
        {"mnist", "deep/mnist/raw", "deep"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *folder = made_folder(cases[i][1]);
        made_idx(folder, (uint32_t)i, true);
        struct dataset *data = made_load_all(cases[i][0], made_folder(cases[i][2]));
        char *whole = realpath(folder, NULL);
        EXPECT_TEXT(data->folder, whole);
        free(whole);
        dataset_free(data);
    }
    struct dataset *made = made_load_all("synthetic", made_folder("root"));
    cr_expect_null(made->folder, "it is made, and read from nowhere");
    dataset_free(made);
}

Test(data, the_home_folder_is_meant_by_its_sign)
{
    struct arena arena = {0};
    cr_assert_eq(setenv("HOME", "/home/me", 1), 0);
    EXPECT_TEXT(dataset_dir_expand("~/sets", &arena), "/home/me/sets");
    EXPECT_TEXT(dataset_dir_expand("~", &arena), "/home/me");
    EXPECT_TEXT(dataset_dir_expand("~you/sets", &arena), "~you/sets");
    EXPECT_TEXT(dataset_dir_expand("a/~/b", &arena), "a/~/b");
    cr_assert_eq(setenv("WINNOW_DATA", "~/more", 1), 0);
    const char *const *dirs = dataset_dirs("~/sets", &arena);
    EXPECT_TEXT(dirs[0], "/home/me/sets");
    EXPECT_TEXT(dirs[1], "/home/me/more");
    arena_release(&arena);
}

Test(data, a_chosen_folder_that_is_not_there_is_refused)
{
    struct err err;
    cr_assert_eq(unsetenv("WINNOW_DATA"), 0);
    EXPECT_EQ(dataset_check_dirs(NULL, "data_dir", &err), 0);
    EXPECT_EQ(dataset_check_dirs(test_dir(), "data_dir", &err), 0);
    EXPECT_EQ(dataset_check_dirs("/nonexistent", "data_dir", &err), -1);
    EXPECT_TEXT(
        err.text,
        "data_dir: '/nonexistent': No such file or directory; name an existing folder, or none");
    EXPECT_EQ(dataset_check_dirs("/dev/null", "data_dir", &err), -1);
    EXPECT_TEXT(err.text,
                "data_dir: '/dev/null': Not a directory; name an existing folder, or none");
    cr_assert_eq(setenv("WINNOW_DATA", "/nonexistent", 1), 0);
    EXPECT_EQ(dataset_check_dirs(NULL, "data_dir", &err), -1);
    EXPECT_TEXT(err.text, "$WINNOW_DATA: '/nonexistent': No such file or directory; name an "
                          "existing folder, or none");
}

Test(data, what_is_found_elsewhere_strayed)
{
    const char *const dirs[] = {made_folder("chosen"), made_folder("usual"), NULL};
    struct str folder = {0};
    struct err err;
    size_t dir = 9;
    made_idx(made_folder("usual/mnist"), 1, false);
    ASSERT_EQ(dataset_locate(dataset_find("mnist"), NULL, dirs, &folder, &dir, &err), 0);
    EXPECT_TEXT(str_text(&folder), made_folder("usual/mnist"));
    EXPECT_EQ(dir, 1);
    str_release(&folder);
    cr_assert_eq(unsetenv("WINNOW_DATA"), 0);
    cr_expect(dataset_strayed("chosen", 1));
    cr_expect_not(dataset_strayed("chosen", 0));
    cr_expect_not(dataset_strayed(NULL, 1), "nobody chose");
    cr_assert_eq(setenv("WINNOW_DATA", "chosen", 1), 0);
    cr_expect(dataset_strayed(NULL, 1));
}
