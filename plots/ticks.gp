# ticks: a logarithmic x axis with labels at 1, 2, 5, 10, ..., as close together as there is room.

tick_text(x) = sprintf("%g", x)
decade_text(x) = tick_text(10.0 ** floor(log10(x)))
tick_width = larger(text_width(decade_text(x_low)), text_width(decade_text(x_high))) + 0.08
tick_decades = tick_width / panel_width * log10(x_high / x_low)
mantissas = tick_decades < log10(10 / 9.0) ? "1 1.5 2 3 4 5 6 7 8 9" : \
            tick_decades < log10(10 / 7.0) ? "1 2 3 5 7" : \
            tick_decades < log10(10 / 5.0) ? "1 2 5" : \
            tick_decades < log10(10 / 3.0) ? "1 3" : "1"

set xtics nomirror scale 0.5, 0.25 ("" 0.001 * x_low)
do for [e = int(floor(log10(x_low))):int(floor(log10(x_high)))] {
    do for [m = 1:9] { set xtics add ("" m * 10.0 ** e 1) }
    do for [m in mantissas] {
        set xtics add ((tick_labels ? tick_text(m * 10.0 ** e) : "") m * 10.0 ** e)
    }
}
