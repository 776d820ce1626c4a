package io.jgemma.engine.text;

import java.util.List;
import java.util.Set;

/**
 * Control tokens known by name. Files often type them wrongly (converters treat them as plain or user-defined text), and
 * then a chat would print its own markers and never end.
 */
final class ControlNames {
    /** A token with one of these names ends an answer. */
    static final List<String> END_OF_GENERATION = List.of(
            "<end_of_turn>",
            "<eos>",
            "</s>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end_of_text|>",
            "<|im_end|>",
            "<|endoftext|>",
            "<|end|>",
            "<|return|>",
            "<|call|>",
            "<|END_OF_TURN_TOKEN|>",
            "<end_of_utterance>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "[EOS]",
            "<\uFF5Cend\u2581of\u2581sentence\uFF5C>");

    /** Tried in this order where the file does not say which token ends a turn. */
    static final List<String> END_OF_TURN = List.of(
            "<end_of_turn>",
            "<|eot_id|>",
            "<|im_end|>",
            "<|END_OF_TURN_TOKEN|>",
            "<|end|>",
            "<end_of_utterance>",
            "<EOT>",
            "_<EOT>",
            "[EOT]");

    /** The strikethrough end tag of HTML: a marker in Llama 2, a plain (user-defined) word in Gemma. */
    static final String AMBIGUOUS_END = "</s>";

    private static final Set<String> CONTROL = Set.of(
            "<bos>",
            "<eos>",
            "<pad>",
            "<start_of_turn>",
            "<end_of_turn>",
            "<start_of_image>",
            "<end_of_image>",
            "<image_soft_token>",
            "<start_of_audio>",
            "<end_of_audio>",
            "<audio_soft_token>",
            "<end_of_utterance>",
            "<fake_token_around_image>",
            "<|im_start|>",
            "<|im_end|>",
            "<|endoftext|>",
            "<|startoftext|>",
            "<|begin_of_text|>",
            "<|end_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|python_tag|>",
            "<|finetune_right_pad_id|>",
            "<|system|>",
            "<|user|>",
            "<|assistant|>",
            "<|end|>",
            "<|start|>",
            "<|message|>",
            "<|channel|>",
            "<|return|>",
            "<|call|>",
            "<|START_OF_TURN_TOKEN|>",
            "<|END_OF_TURN_TOKEN|>",
            "<|USER_TOKEN|>",
            "<|CHATBOT_TOKEN|>",
            "<|SYSTEM_TOKEN|>");

    private ControlNames() {}

    /** First byte of every name that {@link #control} knows. */
    static final byte FIRST_BYTE = '<';

    /** Whether a token of this name and declared type is a control token. */
    static boolean control(String piece, TokenType declared) {
        return switch (declared) {
            case CONTROL -> true;
            case NORMAL -> CONTROL.contains(piece) || barred(piece, "<|", "|>") || barred(piece, "<\uFF5C", "\uFF5C>");
            case USER_DEFINED -> CONTROL.contains(piece) || barred(piece, "<\uFF5C", "\uFF5C>");
            case UNKNOWN, UNUSED, BYTE -> false;
        };
    }

    /** Whether this looks like a marker at all, so that a special id pointing at it can be believed. */
    static boolean marker(String piece) {
        return piece.length() > 2
                && ((piece.startsWith("<") && piece.endsWith(">")) || (piece.startsWith("[") && piece.endsWith("]")));
    }

    /** A name between the given brackets, in letters, digits and the few signs that such names use. */
    private static boolean barred(String piece, String open, String close) {
        if (piece.length() < open.length() + close.length() + 2
                || piece.length() > 80
                || !piece.startsWith(open)
                || !piece.endsWith(close)) {
            return false;
        }
        for (int i = open.length(); i < piece.length() - close.length(); i++) {
            char c = piece.charAt(i);
            if (!Character.isLetterOrDigit(c) && "_-.: \u2581".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
