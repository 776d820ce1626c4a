package io.jgemma.engine.vision;

import io.jgemma.engine.chat.ContentPart;
import io.jgemma.engine.nn.InputRows;
import io.jgemma.engine.text.PromptText;
import io.jgemma.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/** A conversation's text with its pictures: tokens, and a block of rows for each picture. */
public final class PicturePrompt {

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

    /**
     * The rows of a prompt.
     *
     * @param text what the chat template made of the messages; a placeholder that a message spells is no picture's
     * @param images their pictures, in order
     * @throws PictureException when one cannot be read, or the template left one out
     */
    public InputRows read(PromptText text, List<ContentPart.Image> images, Tokenizer tokenizer) {
        List<PromptText> parts = split(text);
        if (parts.size() != images.size() + 1) {
            throw new PictureException(
                    "the chat template has " + (parts.size() - 1) + " places for the " + images.size()
                            + " pictures of the conversation: use the template that was published with the model");
        }
        List<Projector.Source> sources = new ArrayList<>();
        List<int[]> ids = new ArrayList<>();
        List<InputRows.Block> blocks = new ArrayList<>();
        int rows = 0;
        for (int i = 0; i < parts.size(); i++) {
            String before = i > 0 ? layout.after() : "";
            String after = i < images.size() ? layout.before() : "";
            int[] tokens = tokenizer.encode(parts.get(i).between(before, after), i == 0);
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

    /** The text between the placeholders that the template wrote. */
    private List<PromptText> split(PromptText text) {
        String placeholder = layout.placeholder();
        List<PromptText> parts = new ArrayList<>();
        int begin = 0;
        int at = text.text().indexOf(placeholder);
        while (at >= 0) {
            int end = at + placeholder.length();
            if (text.covers(at, end)) {
                parts.add(text.slice(begin, at));
                begin = end;
            }
            at = text.text().indexOf(placeholder, end);
        }
        parts.add(text.slice(begin, text.text().length()));
        return parts;
    }
}
