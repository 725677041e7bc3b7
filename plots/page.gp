# page: opens the output and sets what stands around the panels: the key above, the notes below.
# plots/README.md lists what each of these scripts wants and gives.

key_small = key_count > many_series && !in_cells
key_line = in_cells ? cell_height : key_small ? 0.14 : 0.17
note_line = in_cells ? cell_height : 0.125

note_letters = small_letters_in(width - 2 * margin)
note_count = line_count(notes, note_letters)

# The key's entries flow into rows. What is longer than a row has several to itself.
key_sample = in_cells ? 3 * cell_width : key_boxes ? 0.14 : key_small ? 0.22 : 0.3
key_gap = in_cells ? cell_width : 0.05
key_after = in_cells ? 2 * cell_width : 0.14
key_width(text) = key_small ? small_width(text) : text_width(text)
key_letters = int((width - 2 * margin - key_sample - key_gap) / key_width("x") + 1e-9)
key_lines(s) = line_count(key_label[s], key_letters)
key_entry(s) = key_lines(s) > 1 ? width : key_sample + key_gap + key_width(key_label[s]) + \
               key_after
array key_x[key_count + 1]
array key_row[key_count + 1]
key_rows = key_count > 0
x = margin
do for [s = 1:key_count] {
    if (x > margin && x + key_entry(s) > width) {
        key_rows = key_rows + 1
        x = margin
    }
    key_x[s] = x
    key_row[s] = key_rows
    key_rows = key_rows + key_lines(s) - 1
    x = x + key_entry(s)
}

# Without letters that can be turned, the y axis' name stands above.
name_above = in_cells && exists("y_name")
body_top = whole_rows(margin + key_rows * key_line + (key_rows ? 0.04 : 0)) + \
           (name_above ? cell_height : 0)
height = whole_rows(body_top + body + note_count * note_line + margin)
# Of the lower and left margins gnuplot makes another cell than of other positions, of the upper and
# right ones yet another: sx, sy and sx_right, sy_top are where all come out at the same.
cells_across = floor(width / cell_width + 1.5)
cells_down = floor(height / cell_height + 1.5)
row_up(y) = cells_down - 1 - floor(y / cell_height + 1e-6)
sx(x) = in_cells ? column_of(x) / (cells_across - 0.5) : x / width
sy(y) = in_cells ? row_up(y) / (cells_down - 0.5) : 1 - y / height
sx_right(x) = in_cells ? (column_of(x) + 1.0) / cells_across : sx(x)
sy_top(y) = in_cells ? (row_up(y) + 1.0) / cells_down : sy(y)

if (in_cells && cells_across > terminal_columns) {
    exit error sprintf("the terminal should have %d columns", cells_across)
}
eval terminal(width, height)
set output figure.(in_latex ? "-latex.tex" : ".".format)
set multiplot

do for [s = 1:key_count] {
    x = key_x[s]
    y = margin + (key_row[s] - 0.5) * key_line
    if (key_boxes == 1) {
        if (in_cells) {
            set label fill_text(3, s) at screen sx(x), sy(y) textcolor rgb key_colour(s)
        } else {
            set object rectangle from screen sx(x), sy(y + 0.045) \
                to screen sx(x + key_sample), sy(y - 0.045) fc rgb key_colour(s) fs solid noborder
        }
    } else {
        if (key_boxes == 0) {
            set arrow from screen sx(x), sy(y) to screen sx(x + key_sample), sy(y) nohead ls s
        }
        if (in_cells) {
            set label key_boxes ? key_mark[s] : series_mark[s] \
                at screen sx(x + key_sample / 2), sy(y) front textcolor ls s
        } else {
            set label "" at screen sx(x + key_sample / 2), sy(y) point ls s lw 0.7
        }
    }
    do for [i = 1:key_lines(s)] {
        set label line_text(key_label[s], key_letters, i) \
            at screen sx(x + key_sample + key_gap), sy(y + (i - 1) * text_line) \
            font (key_small ? small_font : "")
    }
}
if (name_above) {
    set label y_name at screen sx(margin), sy(body_top - cell_height)
}
do for [i = 1:note_count] {
    set label line_text(notes, note_letters, i) \
        at screen sx(margin), sy(body_top + body + (i - 0.5) * note_line) \
        font small_font textcolor rgb grey
}

# They are drawn with an empty plot of their own.
unset border
unset tics
set margins 0, 0, 0, 0
plot [0:1] [0:1] NaN
unset label
unset arrow
unset object
set border 3
