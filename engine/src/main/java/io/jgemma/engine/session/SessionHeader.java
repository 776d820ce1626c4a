package io.jgemma.engine.session;

import io.jgemma.engine.backend.KvLayout;
import io.jgemma.engine.kv.KvExtent;
import io.jgemma.engine.kv.KvPlan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What stands in front of a session's tokens; {@link SessionFile} tells where.
 *
 * @param fingerprint of the model, in hexadecimal
 * @param model the model's name, for people
 * @param keyType name of the type of K
 * @param valueType name of the type of V
 * @param shapes of each layer group
 * @param extent what of K and V is held
 */
record SessionHeader(
        String fingerprint, String model, String keyType, String valueType, List<Shape> shapes, KvExtent extent) {

    private static final int LONGEST_NAME_CHARACTERS = 200;
    private static final int GROUP_BYTES = 7 * Integer.BYTES;

    /** A group of layers, types left out. */
    record Shape(int layers, int kvHeads, int keyDim, int valueDim, int window) {

        static List<Shape> of(KvPlan plan) {
            return plan.groups().stream()
                    .map(g -> new Shape(g.layers(), g.kvHeads(), g.keyDim(), g.valueDim(), g.window()))
                    .toList();
        }
    }

    SessionHeader {
        shapes = List.copyOf(shapes);
    }

    static SessionHeader of(String fingerprint, String model, KvPlan plan, KvExtent extent) {
        KvLayout any = plan.groups().getFirst();
        int end = Math.min(model.length(), LONGEST_NAME_CHARACTERS);
        return new SessionHeader(
                fingerprint,
                model.substring(0, end),
                any.keys().type().name(),
                any.values().type().name(),
                Shape.of(plan),
                extent);
    }

    /** The bytes of the header, checksum left out. */
    byte[] encode() {
        List<byte[]> names = new ArrayList<>();
        int size = ModelFingerprint.BYTES + 2 * Integer.BYTES + shapes.size() * GROUP_BYTES;
        for (String name : List.of(model, keyType, valueType)) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            names.add(bytes);
            size += Short.BYTES + bytes.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.put(HexFormat.of().parseHex(fingerprint));
        names.forEach(name -> out.putShort((short) name.length).put(name));
        out.putInt(extent.length()).putInt(shapes.size());
        for (int g = 0; g < shapes.size(); g++) {
            Shape shape = shapes.get(g);
            KvExtent.Group group = extent.groups().get(g);
            out.putInt(shape.layers()).putInt(shape.kvHeads()).putInt(shape.keyDim());
            out.putInt(shape.valueDim()).putInt(shape.window());
            out.putInt(group.tailStart()).putInt(group.firstPage());
        }
        return out.array();
    }

    /**
     * The header in bytes that anybody may have written.
     *
     * @throws java.nio.BufferUnderflowException when there are too few
     * @throws IllegalArgumentException when they are no header
     */
    static SessionHeader decode(ByteBuffer in) {
        byte[] hash = new byte[ModelFingerprint.BYTES];
        in.get(hash);
        String model = name(in);
        String keyType = name(in);
        String valueType = name(in);
        int length = in.getInt();
        int count = in.getInt();
        if (count < 0 || (long) count * GROUP_BYTES != in.remaining()) {
            throw new IllegalArgumentException(count + " groups of layers do not take the " + in.remaining()
                    + " bytes that the header has for them");
        }
        List<Shape> shapes = new ArrayList<>();
        List<KvExtent.Group> groups = new ArrayList<>();
        for (int g = 0; g < count; g++) {
            shapes.add(new Shape(in.getInt(), in.getInt(), in.getInt(), in.getInt(), in.getInt()));
            groups.add(new KvExtent.Group(in.getInt(), in.getInt()));
        }
        String fingerprint = HexFormat.of().formatHex(hash);
        return new SessionHeader(fingerprint, model, keyType, valueType, shapes, new KvExtent(length, groups));
    }

    private static String name(ByteBuffer in) {
        byte[] bytes = new byte[Math.min(Short.toUnsignedInt(in.getShort()), in.remaining() + 1)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
