# page: opens the output and sets what stands around the panels: the key above, the notes below.
#
# Wants: width, body (height of the panels with their axes), notes (small print), key_count, and
# key_label[], key_boxes (1: filled boxes, 0: lines with marks, 2: marks) for line styles
# 1..key_count.
# Gives: height, body_top (where the panels begin), sx(), sy(), and an open multiplot.

key_line = 0.17
note_line = 0.125

note_letters = small_letters_in(width - 2 * margin)
note_count = line_count(notes, note_letters)

# The key's entries flow into rows. What is longer than a row has several to itself.
key_sample = key_boxes ? 0.14 : 0.3
key_letters = letters_in(width - 2 * margin - key_sample - 0.05)
key_lines(s) = line_count(key_label[s], key_letters)
key_entry(s) = key_lines(s) > 1 ? width : key_sample + 0.05 + text_width(key_label[s]) + 0.14
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

body_top = margin + key_rows * key_line + (key_rows ? 0.04 : 0)
height = body_top + body + note_count * note_line + margin
sx(x) = x / width
sy(y) = 1 - y / height

eval terminal(width, height)
set output figure.".".format
set multiplot

do for [s = 1:key_count] {
    x = key_x[s]
    y = margin + (key_row[s] - 0.5) * key_line
    if (key_boxes == 1) {
        set object rectangle from screen sx(x), sy(y + 0.045) \
            to screen sx(x + key_sample), sy(y - 0.045) fc rgb key_colour(s) fs solid noborder
    } else {
        if (key_boxes == 0) {
            set arrow from screen sx(x), sy(y) to screen sx(x + key_sample), sy(y) nohead ls s
        }
        set label "" at screen sx(x + key_sample / 2), sy(y) point ls s lw 0.7
    }
    do for [i = 1:key_lines(s)] {
        set label line_text(key_label[s], key_letters, i) \
            at screen sx(x + key_sample + 0.05), sy(y + (i - 1) * text_line)
    }
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
