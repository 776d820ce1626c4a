package io.jgemma.cli.estimate;

import io.jgemma.cli.io.UsageException;
import io.jgemma.cli.options.SizeConverter;
import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The shape of a model that is nowhere. */
final class ShapeOptions {
    private static final Pattern PARAMETERS = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)([bBmM])");
    private static final double TOLERANCE = 0.3;

    @Option(
            names = "--params",
            paramLabel = "N",
            description =
                    "Parameters of a model that is not here, e.g. 32B: the shape of a common model of that size, where the"
                            + " options below say nothing else.")
    private @Nullable String parameters;

    @Option(names = "--layers", paramLabel = "N", description = "Its number of layers.")
    private @Nullable Integer layers;

    @Option(names = "--hidden", paramLabel = "N", description = "Elements of its residual stream (embedding length).")
    private @Nullable Integer hidden;

    @Option(names = "--heads", paramLabel = "N", description = "Its query heads.")
    private @Nullable Integer heads;

    @Option(names = "--kv-heads", paramLabel = "N", description = "Its key and value heads.")
    private @Nullable Integer kvHeads;

    @Option(names = "--head-dim", paramLabel = "N", description = "Elements of a head.")
    private @Nullable Integer headDim;

    @Option(names = "--ffn", paramLabel = "N", description = "Width of its feed-forward.")
    private @Nullable Integer feedForward;

    @Option(names = "--vocab", paramLabel = "N", description = "Tokens of its vocabulary.")
    private @Nullable Integer vocabulary;

    @Option(
            names = "--window",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "Tokens that five of six layers see; 0 = all layers see everything.")
    private @Nullable Integer window;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "How its weights are stored, e.g. q4_0, q8_0, f16. Default: q4_0.")
    private @Nullable String type;

    /** Whether a shape is described, or a size. */
    boolean given() {
        return parameters != null || layers != null || hidden != null;
    }

    /**
     * The shape: a common model's of that size, changed by what is said.
     *
     * @throws UsageException when numbers make no sense, or too few are given
     */
    Shape shape() {
        Optional<Shape> like = Optional.ofNullable(parameters).flatMap(ShapeOptions::nearest);
        if (like.isEmpty() && (layers == null || hidden == null || heads == null || feedForward == null)) {
            throw new UsageException("no common model has "
                    + (parameters == null ? "this shape" : parameters + " parameters")
                    + "; give --layers, --hidden, --heads and --ffn as well");
        }
        Shape base = like.orElse(Shape.named("Llama 3.1 8B"));
        int queries = value("--heads", heads, base.heads());
        int width = value("--hidden", hidden, base.hidden());
        boolean changed = layers != null || hidden != null || heads != null || feedForward != null;
        int keys = value("--kv-heads", kvHeads, changed ? Math.min(queries, base.kvHeads()) : base.kvHeads());
        if (queries % keys != 0) {
            throw new UsageException("--heads " + queries + " is not a multiple of --kv-heads " + keys);
        }
        int seen = window == null ? base.window() : Math.max(0, window);
        Shape shape = new Shape(
                changed ? "a model of this shape" : "a model like " + base.name(),
                seen > 0 ? "gemma3" : base.architecture().equals("gemma3") ? "llama" : base.architecture(),
                value("--layers", layers, base.layers()),
                width,
                queries,
                keys,
                value("--head-dim", headDim, changed ? Math.max(1, width / queries) : base.headDim()),
                value("--ffn", feedForward, base.feedForward()),
                value("--vocab", vocabulary, base.vocabulary()),
                base.tied(),
                seen,
                base.contextTokens());
        if (!shape.fits(type())) {
            throw new UsageException("rows of this shape are no whole blocks of " + type().name() + ", which has "
                    + type().blockSize() + " elements in a block; give another --type");
        }
        return shape;
    }

    private static int value(String option, @Nullable Integer given, int otherwise) {
        if (given != null && given < 1) {
            throw new UsageException(option + " " + given + " makes no sense; at least 1 is needed");
        }
        return given == null ? otherwise : given;
    }

    /** The known shape whose parameters are nearest, if they are within a third. */
    private static Optional<Shape> nearest(String text) {
        Matcher size = PARAMETERS.matcher(text);
        if (!size.matches()) {
            throw new UsageException("--params '" + text + "' is no number of parameters; write e.g. 32B or 500M");
        }
        double wanted = Double.parseDouble(size.group(1)) * (size.group(2).equalsIgnoreCase("b") ? 1e9 : 1e6);
        return Shape.KNOWN.stream()
                .filter(shape -> Math.abs(Math.log(shape.parameters() / wanted)) < TOLERANCE)
                .min(Comparator.comparingDouble(shape -> Math.abs(Math.log(shape.parameters() / wanted))));
    }

    /** How weights are stored. */
    QuantType type() {
        String wanted = type == null ? "q4_0" : type;
        return QuantTypes.all().stream()
                .filter(known -> known.name().equalsIgnoreCase(wanted))
                .findFirst()
                .orElseThrow(() -> new UsageException("--type '" + wanted + "' is not known; there are "
                        + String.join(
                                ", ",
                                QuantTypes.all().stream().map(QuantType::name).toList())));
    }
}
