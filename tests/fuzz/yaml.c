#include "harness/config/config.h"

#include "tests/fuzz/fuzz.h"

/* An experiment, or lines that say what is wrong with it. */
int fuzz_yaml(const uint8_t *bytes, size_t size)
{
    struct config *config;
    struct str errors = {0};
    if (config_load(fuzz_file(bytes, size), NULL, 0, &config, &errors) == 0) {
        REQUIRE(config->cell_count > 0);
        config_free(config);
    } else {
        REQUIRE(errors.length > 0 && errors.text[errors.length - 1] == '\n');
        REQUIRE(str_is_utf8(errors.text));
    }
    str_release(&errors);
    return 0;
}
