package io.jgemma.engine.vision;

/**
 * What stands around a picture's rows in a prompt.
 *
 * @param placeholder what a chat template prints for a picture
 * @param before text in front of the rows
 * @param after text behind them
 */
public record PictureLayout(String placeholder, String before, String after) {

    /** Without the line ends at both sides: what llama.cpp puts there. */
    public PictureLayout bare() {
        return new PictureLayout(placeholder, before.strip(), after.strip());
    }
}
