package io.jgemma.cli.estimate;

import io.jgemma.engine.plan.DevicePlan;
import io.jgemma.engine.plan.MemoryPlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a model takes and how fast it can be.
 *
 * @param model name of the model, for people
 * @param contextTokens tokens of the context that was asked for
 * @param trainedTokens what the model was trained for
 * @param keyType how K is cached
 * @param valueType how V is cached
 * @param rows rows computed together
 * @param places where layers run, first to last
 * @param pictures what the vision tower takes at the first place, if there is one
 * @param longestContext the longest context that fits, up to what the model was trained for; 0 = none
 */
record Estimate(
        String model,
        int contextTokens,
        int trainedTokens,
        String keyType,
        String valueType,
        int rows,
        List<Place> places,
        Optional<MemoryPlan> pictures,
        int longestContext) {

    Estimate {
        places = List.copyOf(places);
    }

    /**
     * One place.
     *
     * @param part its layers and what they take
     * @param reserveBytes what is left free there
     * @param availableBytes memory that there is
     * @param bytesPerSecond how fast that memory is read, where it is known
     */
    record Place(DevicePlan.Part part, long reserveBytes, long availableBytes, OptionalDouble bytesPerSecond) {

        /** {@code CPU} or {@code GPU 0}. */
        String name() {
            return part.place().map(device -> "GPU " + device.number()).orElse("CPU");
        }

        long weights() {
            return part.memory().weightsBytes();
        }

        long kv() {
            return part.memory().kvBytes();
        }

        long buffers() {
            return part.memory().bufferBytes();
        }
    }

    /** What a place takes, the vision tower included. */
    long needed(int place) {
        Place at = places.get(place);
        long tower = place == 0 ? pictures.map(MemoryPlan::totalBytes).orElse(0L) : 0;
        return at.part().memory().totalBytes() + at.reserveBytes() + tower;
    }

    /** Whether a place has as much as it takes. */
    boolean fits(int place) {
        return needed(place) <= places.get(place).availableBytes();
    }

    /** Whether all places have. */
    boolean fits() {
        for (int i = 0; i < places.size(); i++) {
            if (!fits(i)) {
                return false;
            }
        }
        return true;
    }

    /** What all places take. */
    long neededBytes() {
        long sum = 0;
        for (int i = 0; i < places.size(); i++) {
            sum += needed(i);
        }
        return sum;
    }

    /** Memory of all places. */
    long availableBytes() {
        return places.stream().mapToLong(Place::availableBytes).sum();
    }

    /**
     * Tokens a second at most, while answers are generated one by one: every token reads the weights once, and K and V of all tokens
     * before it. One place works after the other.
     *
     * @param full with a full context; else with an empty one
     * @return empty where the speed of a memory is not known
     */
    OptionalDouble tokensPerSecond(boolean full) {
        double seconds = 0;
        for (Place place : places) {
            if (place.bytesPerSecond().isEmpty()) {
                return OptionalDouble.empty();
            }
            long read = place.part().memory().readTokenBytes() + (full ? place.kv() : 0);
            seconds += read / place.bytesPerSecond().getAsDouble();
        }
        return OptionalDouble.of(1 / seconds);
    }
}
