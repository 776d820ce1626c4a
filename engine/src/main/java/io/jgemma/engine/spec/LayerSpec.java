package io.jgemma.engine.spec;

/**
 * One transformer block.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; each serves {@code heads / kvHeads} query heads
 * @param keyDim elements of a query or key head
 * @param valueDim elements of a value head
 * @param window how many newest tokens a row sees, itself included; 0 = all
 * @param attentionScale factor on query times key
 * @param rope position embedding
 * @param feedForward width of the feed-forward
 * @param activation nonlinearity of the feed-forward
 */
public record LayerSpec(
        int heads,
        int kvHeads,
        int keyDim,
        int valueDim,
        int window,
        float attentionScale,
        RopeSpec rope,
        int feedForward,
        Activation activation) {

    private static final int MOST_HEAD_DIM = 1 << 16;

    public LayerSpec {
        if (heads <= 0 || kvHeads <= 0 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    heads + " query heads cannot be shared evenly by " + kvHeads + " key/value heads");
        }
        if (Math.max(keyDim, valueDim) > MOST_HEAD_DIM) {
            throw new IllegalArgumentException("heads of " + keyDim + " and " + valueDim
                    + " elements are beyond any model's (" + MOST_HEAD_DIM + ")");
        }
        if (keyDim <= 0 || valueDim <= 0 || feedForward <= 0 || window < 0) {
            throw new IllegalArgumentException("head sizes " + keyDim + " and " + valueDim + ", feed-forward "
                    + feedForward + " must be positive and the window " + window + " not negative");
        }
        if (rope.rotatedDims() > keyDim) {
            throw new IllegalArgumentException("RoPE turns " + rope.rotatedDims() + " elements of a head of " + keyDim);
        }
    }

    /** True when rows see only the newest {@link #window} tokens. */
    public boolean sliding() {
        return window > 0;
    }

    /**
     * Sizes of a layer.
     *
     * @param heads query heads
     * @param kvHeads key and value heads
     * @param keyDim elements of a query or key head
     * @param valueDim elements of a value head
     * @param feedForward width of the feed-forward
     */
    public record Shape(int heads, int kvHeads, int keyDim, int valueDim, int feedForward) {}

    /**
     * What a layer computes with its sizes.
     *
     * @param window how many newest tokens a row sees, itself included; 0 = all
     * @param attentionScale factor on query times key
     * @param rope position embedding
     * @param activation nonlinearity of the feed-forward
     */
    public record Attending(int window, float attentionScale, RopeSpec rope, Activation activation) {}

    /** A layer of both. */
    public static LayerSpec of(Shape shape, Attending attending) {
        return new LayerSpec(
                shape.heads(),
                shape.kvHeads(),
                shape.keyDim(),
                shape.valueDim(),
                attending.window(),
                attending.attentionScale(),
                attending.rope(),
                shape.feedForward(),
                attending.activation());
    }
}
