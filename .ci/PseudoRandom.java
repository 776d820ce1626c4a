import java.security.Provider;
import java.security.SecureRandomSpi;
import java.util.SplittableRandom;

/**
 * Random numbers for tests where Java's own source does not work: a runtime without Windows' provider seeds itself from the list of
 * network cards, and wine has no such list. {@code .ci/windows} names this class as the first security provider.
 */
public final class PseudoRandom extends Provider {
    private static final long serialVersionUID = 1;
    private static final String NAME = "PseudoRandom";

    public PseudoRandom() {
        super(NAME, "1", "random numbers of no secrecy");
        put("SecureRandom." + NAME, Numbers.class.getName());
    }

    /** Numbers that nobody must rely on. */
    public static final class Numbers extends SecureRandomSpi {
        private static final long serialVersionUID = 1;

        private final transient SplittableRandom random = new SplittableRandom();

        @Override
        protected void engineSetSeed(byte[] seed) {
            // They come from nowhere anyway.
        }

        @Override
        protected synchronized void engineNextBytes(byte[] bytes) {
            random.nextBytes(bytes);
        }

        @Override
        protected byte[] engineGenerateSeed(int count) {
            byte[] seed = new byte[count];
            engineNextBytes(seed);
            return seed;
        }
    }
}
