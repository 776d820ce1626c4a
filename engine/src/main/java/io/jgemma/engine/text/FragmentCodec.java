package io.jgemma.engine.text;

/** The part of a tokenizer that differs between kinds of vocabulary. Immutable. */
interface FragmentCodec {
    /** Starts one encoding; the result is not thread-safe. */
    Encoder encoder();

    /** The bytes of a normal, user-defined or byte token. */
    byte[] bytes(int id);

    /** Encodes the stretches of text between special tokens. */
    @FunctionalInterface
    interface Encoder {
        /**
         * Encodes one stretch.
         *
         * @param text well-formed UTF-8
         * @param from first byte of the stretch
         * @param to the byte after it
         * @param ids gets the tokens
         */
        void encode(byte[] text, int from, int to, IntSink ids);
    }
}
