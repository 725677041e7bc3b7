#include "pruners/math/errors.h"

double errors_squares(const float *p, size_t label, size_t classes)
{
    double squares = 0;
    for (size_t c = 0; c < classes; c++) {
        const double error = (double)p[c] - (c == label);
        squares += error * error;
    }
    return squares;
}

double errors_input_squares(const float *phi, size_t width)
{
    double squares = 1;
    for (size_t d = 0; d < width; d++)
        squares += (double)phi[d] * (double)phi[d];
    return squares;
}
