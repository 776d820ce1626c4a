package io.jgemma.cli.estimate;

import java.util.List;
import java.util.Locale;

/**
 * Stacked bars of memory with a line for what there is, as SVG.
 *
 * @param title above it
 * @param parts what each bar is made of, from the axis on
 * @param bars one below the other
 * @param lineBytes memory that there is; 0 = no line
 */
record BarChart(String title, List<String> parts, List<Bar> bars, long lineBytes) {
    private static final int WIDTH = 760;
    private static final int LEFT = 170;
    private static final int RIGHT = 90;
    private static final int TOP = 74;
    private static final int STEP = 30;
    private static final int THICK = 20;
    private static final double GIB = 1L << 30;
    private static final List<String> COLOURS = List.of("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9d9d9d");

    /**
     * One bar.
     *
     * @param label before it
     * @param bytes of each part
     */
    record Bar(String label, List<Long> bytes) {
        long total() {
            return bytes.stream().mapToLong(Long::longValue).sum();
        }
    }

    String svg() {
        int height = TOP + STEP * bars.size() + 34;
        double most = Math.max(
                1, Math.max(lineBytes, bars.stream().mapToLong(Bar::total).max().orElse(1)));
        double scale = (WIDTH - LEFT - RIGHT) / most;
        StringBuilder out = new StringBuilder();
        add(
                out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\">",
                WIDTH,
                height);
        add(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
        add(out, "<text x=\"16\" y=\"26\" font-size=\"16\">%s</text>", escaped(title));
        int x = 16;
        for (int i = 0; i < parts.size(); i++) {
            add(out, "<rect x=\"%d\" y=\"42\" width=\"12\" height=\"12\" fill=\"%s\"/>", x, COLOURS.get(i));
            add(out, "<text x=\"%d\" y=\"53\">%s</text>", x + 17, escaped(parts.get(i)));
            x += 34 + 8 * parts.get(i).length();
        }
        for (int i = 0; i < bars.size(); i++) {
            bar(out, bars.get(i), TOP + STEP * i, scale);
        }
        if (lineBytes > 0) {
            double at = LEFT + lineBytes * scale;
            int bottom = TOP + STEP * bars.size();
            add(
                    out,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#d62728\" stroke-width=\"2\""
                            + " stroke-dasharray=\"6 4\"/>",
                    at,
                    TOP - 8,
                    at,
                    bottom);
            add(
                    out,
                    "<text x=\"%.1f\" y=\"%d\" fill=\"#d62728\" text-anchor=\"end\">memory %.1f GiB</text>",
                    at,
                    bottom + 18,
                    lineBytes / GIB);
        }
        return out.append("</svg>\n").toString();
    }

    private void bar(StringBuilder out, Bar bar, int y, double scale) {
        add(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", LEFT - 10, y + 15, escaped(bar.label()));
        double x = LEFT;
        for (int i = 0; i < bar.bytes().size(); i++) {
            double wide = bar.bytes().get(i) * scale;
            add(
                    out,
                    "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                    x,
                    y,
                    wide,
                    THICK,
                    COLOURS.get(i));
            x += wide;
        }
        add(out, "<text x=\"%.1f\" y=\"%d\">%.1f GiB</text>", x + 8, y + 15, bar.total() / GIB);
    }

    @SuppressWarnings("AnnotateFormatMethod") // all formats are constants of this class
    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
