/* What inner loops share. */
#include "models/nn/num/kernel.h"

#include <criterion/criterion.h>
#include <float.h>

Test(kernel, denormals_are_off_between_the_two_calls)
{
    volatile float smallest = FLT_MIN, half = 0.5F;
    cr_expect_gt(smallest * half, 0);
    const unsigned long before = nn_denormals_off();
    volatile float made = smallest * half;
    nn_denormals_restore(before);
    cr_expect_eq(made, 0, "%g", (double)made);

    volatile float denormal = smallest * half, two = 2;
    cr_expect_eq(denormal * two, FLT_MIN);
    nn_denormals_off();
    volatile float read = denormal * two;
    nn_denormals_restore(before);
    cr_expect_eq(read, 0, "%g", (double)read);
}
