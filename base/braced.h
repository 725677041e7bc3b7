/*
 * braced: an initialiser as the body of a macro. Every release of clang-format lays such braces out
 * in its own way, as a block or on one line; from these it keeps its hands off.
 */
#pragma once

/* clang-format off */
#define BRACED(...) {__VA_ARGS__}
/* clang-format on */
