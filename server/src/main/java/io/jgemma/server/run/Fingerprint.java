package io.jgemma.server.run;

import io.jgemma.engine.Engine;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Names a model and what computes it, for {@code system_fingerprint}: where it differs, the same seed may give another answer. */
public final class Fingerprint {
    private Fingerprint() {}

    /** A short name, e.g. {@code b3f09a1c2}. */
    public static String of(Engine engine) {
        CRC32 sum = new CRC32();
        sum.update((engine.modelName() + "\n" + engine.description() + "\n" + engine.contextTokens())
                .getBytes(StandardCharsets.UTF_8));
        return "b" + HexFormat.of().toHexDigits((int) sum.getValue());
    }
}
