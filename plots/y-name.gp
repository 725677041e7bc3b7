# y-name: the name of a y axis, along it; page.gp has written it above where letters cannot be
# turned.

if (!name_above) {
    set label y_name center rotate at screen sx(y_name_x), sy(y_name_y)
}
