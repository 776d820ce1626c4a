package io.jgemma.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.engine.quant.QuantType;
import io.jgemma.engine.quant.QuantTypes;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is written is read. */
class GgufRoundTripTest {

    /** A value to write, and what {@link GgufMetadata#value} gives for it. */
    record Value(GgufValueType type, Object written, Object read) {}

    /** A tensor to write. */
    record Block(QuantType type, GgufShape shape, long seed) {
        byte[] bytes() {
            byte[] bytes = new byte[Math.toIntExact(type.bytes(shape.elements()))];
            new Random(seed).nextBytes(bytes);
            return bytes;
        }
    }

    private static Arbitrary<Value> number(GgufValueType type, long min, long max) {
        return Arbitraries.longs().between(min, max).map(n -> new Value(type, n, n));
    }

    private static Arbitrary<Value> scalars() {
        return Arbitraries.oneOf(
                number(GgufValueType.UINT8, 0, 255),
                number(GgufValueType.INT8, -128, 127),
                number(GgufValueType.UINT16, 0, 65_535),
                number(GgufValueType.INT16, -32_768, 32_767),
                number(GgufValueType.UINT32, 0, 0xFFFF_FFFFL),
                number(GgufValueType.INT32, Integer.MIN_VALUE, Integer.MAX_VALUE),
                number(GgufValueType.UINT64, 0, Long.MAX_VALUE),
                number(GgufValueType.INT64, Long.MIN_VALUE, Long.MAX_VALUE),
                Arbitraries.floats().map(x -> new Value(GgufValueType.FLOAT32, x, x)),
                Arbitraries.doubles().map(x -> new Value(GgufValueType.FLOAT64, x, x)),
                Arbitraries.of(true, false).map(x -> new Value(GgufValueType.BOOL, x, x)),
                texts().map(x -> new Value(GgufValueType.STRING, x, x)));
    }

    /** Text without unpaired surrogates, which UTF-8 cannot hold. */
    private static Arbitrary<String> texts() {
        return Arbitraries.strings().ofMaxLength(40).map(text -> text.replaceAll("\\p{Cs}", "?"));
    }

    private static Value arrayOf(List<Value> values) {
        GgufValueType type =
                values.isEmpty() ? GgufValueType.INT32 : values.getFirst().type();
        List<Value> same = values.stream().filter(value -> value.type() == type).toList();
        return new Value(
                GgufValueType.ARRAY,
                new GgufWriter.Array(type, same.stream().map(Value::written).toList()),
                same.stream().map(Value::read).toList());
    }

    private static Arbitrary<Value> arrays(Arbitrary<Value> elements) {
        return elements.list().ofMaxSize(12).map(GgufRoundTripTest::arrayOf);
    }

    @Provide
    Arbitrary<Map<String, Value>> entries() {
        Arbitrary<Value> flat = arrays(scalars());
        Arbitrary<Value> values = Arbitraries.oneOf(scalars(), flat, arrays(flat), arrays(arrays(flat)));
        Arbitrary<String> keys = texts().filter(key -> !key.isEmpty() && !key.equals("general.alignment"));
        return Arbitraries.maps(keys, values).ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<Block>> blocks() {
        Arbitrary<Long> dims = Arbitraries.longs().between(1, 4);
        return Combinators.combine(
                        Arbitraries.of(QuantTypes.all()),
                        dims.list().ofMinSize(1).ofMaxSize(4),
                        Arbitraries.longs())
                .as((type, list, seed) -> {
                    long[] shape = list.stream().mapToLong(Long::longValue).toArray();
                    shape[0] *= type.blockSize();
                    return new Block(type, GgufShape.of(shape), seed);
                })
                .list()
                .ofMaxSize(6);
    }

    @Property(tries = 300)
    void metadataAreReadAsWritten(@ForAll("entries") Map<String, Value> entries) {
        GgufWriter writer = new GgufWriter();
        entries.forEach((key, value) -> writer.put(key, value.type(), value.written()));
        try (GgufFile file = writer.open()) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.keys()).containsExactlyElementsOf(entries.keySet());
            entries.forEach((key, value) -> {
                assertThat(metadata.type(key)).isEqualTo(value.type());
                assertThat(metadata.value(key)).isEqualTo(value.read());
                assertThat(metadata.preview(key, 30)).doesNotContain("\n", "\r");
            });
        }
    }

    @Property(tries = 300)
    void tensorsAreReadAsWritten(@ForAll("blocks") List<Block> blocks, @ForAll("entries") Map<String, Value> entries) {
        GgufWriter writer = new GgufWriter().alignment(8 << (blocks.size() % 6));
        entries.forEach((key, value) -> writer.put(key, value.type(), value.written()));
        Map<String, Block> byName = new LinkedHashMap<>();
        for (Block block : blocks) {
            String name = "tensor " + byName.size();
            byName.put(name, block);
            writer.tensor(name, block.type(), block.shape(), block.bytes());
        }
        try (GgufFile file = writer.open()) {
            assertThat(file.tensors().stream().map(GgufTensor::name)).containsExactlyElementsOf(byName.keySet());
            byName.forEach((name, block) -> {
                GgufTensor tensor = file.tensor(name);
                assertThat(tensor.type()).isSameAs(block.type());
                assertThat(tensor.shape()).isEqualTo(block.shape());
                assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(block.bytes());
            });
        }
    }
}
