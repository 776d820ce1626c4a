package io.jgemma.engine.vision;

import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.text.EncodeOptions;
import io.jgemma.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/** A conversation's text with its pictures: tokens, and a block of rows for each picture. */
public final class PicturePrompt {

    /** Stands for the placeholder where somebody wrote it: no picture belongs there. */
    private static final String WRITTEN = "\uF8FFjgemma picture\uF8FF";

    private final Projector projector;
    private final PictureLayout layout;
    private final Projector.Listener listener;

    /**
     * Prompts for a projector.
     *
     * @param layout what stands around a picture's rows
     * @param listener told when pictures are encoded
     */
    public PicturePrompt(Projector projector, PictureLayout layout, Projector.Listener listener) {
        this.projector = projector;
        this.layout = layout;
        this.listener = listener;
    }

    /** A text of a message, so that a placeholder in it does not take the place of a picture. */
    public String escape(String text) {
        return text.replace(layout.placeholder(), WRITTEN);
    }

    /**
     * The rows of a prompt.
     *
     * @param text what the chat template made of messages whose texts are escaped
     * @param images their pictures, in order
     * @throws PictureException when one cannot be read, or the template left one out
     */
    public InputRows read(String text, List<ContentPart.Image> images, Tokenizer tokenizer) {
        String[] parts = text.split(java.util.regex.Pattern.quote(layout.placeholder()), -1);
        if (parts.length != images.size() + 1) {
            throw new PictureException(
                    "the chat template has " + (parts.length - 1) + " places for the " + images.size()
                            + " pictures of the conversation: use the template that was published with the model");
        }
        List<Projector.Source> sources = new ArrayList<>();
        List<int[]> ids = new ArrayList<>();
        List<InputRows.Block> blocks = new ArrayList<>();
        int rows = 0;
        for (int i = 0; i < parts.length; i++) {
            String piece = (i > 0 ? layout.after() : "") + parts[i] + (i < images.size() ? layout.before() : "");
            int[] tokens = tokenizer.encode(
                    piece.replace(WRITTEN, layout.placeholder()),
                    i == 0 ? EncodeOptions.PROMPT : EncodeOptions.FRAGMENT);
            ids.add(tokens);
            rows += tokens.length;
            if (i < images.size()) {
                ContentPart.Image image = images.get(i);
                byte[] identity = projector.read(image.data(), image.name());
                sources.add(new Projector.Source(HexFormat.of().formatHex(identity), image.data(), image.name()));
                int index = i;
                int tokensOfPicture = projector.spec().tokens();
                blocks.add(new InputRows.Block(rows, tokensOfPicture, () -> projector.rows(sources, index, listener)));
                ids.add(InputRows.blockIds(identity, tokensOfPicture));
                rows += tokensOfPicture;
            }
        }
        return new InputRows(ids.stream().flatMapToInt(IntStream::of).toArray(), blocks);
    }
}
