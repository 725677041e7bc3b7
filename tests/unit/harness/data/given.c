/* Labels from elsewhere: by position in the training file, in what is trained on alone. */
#include "tests/support/made_data.h"

Test(given, labels_are_by_position_and_those_for_validation_stay)
{
    enum { PER_LINE = 2, CLASSES = 10 };
    char lines[PER_LINE * MADE_IDX_TRAIN];
    const char *folder = made_folder("given");
    struct data_spec spec = made_spec("mnist").common;
    size_t flipped = 0;
    made_idx(folder, 7, false); /* labels (i + 7) % 10 */
    for (int i = 0; i < MADE_IDX_TRAIN; i++) {
        lines[PER_LINE * i] = (char)('0' + (i % 3 ? i + 7 : i + 8) % CLASSES);
        lines[PER_LINE * i + 1] = '\n';
    }
    made_file(folder, "labels.txt", lines, sizeof lines, false);
    spec.labels = "labels.txt";
    spec.val_fraction = 0.5;
    struct dataset *data = made_load("mnist", &spec, 1, folder);
    ASSERT_EQ(data->train.n, MADE_IDX_TRAIN / 2);
    for (size_t i = 0; i < data->train.n; i++) {
        const uint32_t origin = data->train.origin[i];
        EXPECT_EQ(data->train.labels[i], (origin + (origin % 3 ? 7 : 8)) % CLASSES);
        EXPECT_EQ(data->train.flipped[i], origin % 3 == 0);
        flipped += origin % 3 == 0;
    }
    EXPECT_EQ(data->train.flipped_count, flipped);
    for (size_t i = 0; i < data->validation.n; i++)
        EXPECT_EQ(data->validation.labels[i], (data->validation.origin[i] + 7) % CLASSES);
    dataset_free(data);
}
