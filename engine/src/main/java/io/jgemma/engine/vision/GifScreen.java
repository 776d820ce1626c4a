package io.jgemma.engine.vision;

/**
 * Where the first frame of a GIF lies (GIF89a specification).
 *
 * @param width of the screen
 * @param height of the screen
 * @param left column of the screen where the frame begins
 * @param top row of the screen where the frame begins
 */
record GifScreen(int width, int height, int left, int top) {

    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;

    /** The screen of a file; a frame that is not found begins at its corner. */
    static GifScreen of(byte[] data) {
        int width = number(data, 6);
        int height = number(data, 8);
        int flags = at(data, 10);
        int i = 13 + ((flags & 0x80) != 0 ? 3 << (flags % 8 + 1) : 0);
        while (at(data, i) == EXTENSION) {
            i += 2;
            while (at(data, i) > 0) {
                i += 1 + at(data, i);
            }
            i++;
        }
        return at(data, i) == IMAGE
                ? new GifScreen(width, height, number(data, i + 1), number(data, i + 3))
                : new GifScreen(width, height, 0, 0);
    }

    /** 0 behind the end. */
    private static int at(byte[] data, int i) {
        return i < data.length ? data[i] & 0xff : 0;
    }

    private static int number(byte[] data, int i) {
        return at(data, i) + (at(data, i + 1) << 8);
    }
}
