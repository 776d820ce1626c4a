package io.jgemma.engine.model;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.gguf.GgufShape;
import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.nn.LayerNorm;
import io.jgemma.engine.nn.Linear;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The tensors of a file by their GGUF names, with their shapes checked, brought to a backend when asked for. */
public final class Weights implements AutoCloseable {

    private final GgufFile file;
    private final Backend backend;
    private final LongConsumer progress;
    private final Map<String, Tensor> loaded = new HashMap<>();
    private final Arena converted = Arena.ofShared();
    private boolean usedInPlace;

    /**
     * The weights of a file.
     *
     * @param progress told the bytes of each tensor that is loaded
     */
    public Weights(GgufFile file, Backend backend, LongConsumer progress) {
        this.file = file;
        this.backend = backend;
        this.progress = progress;
    }

    /** Whether the file has a tensor. */
    public boolean has(String name) {
        return file.find(name).isPresent();
    }

    /**
     * A matrix.
     *
     * @return any type [rows, columns]
     * @throws ModelException when it has another shape
     * @throws io.jgemma.engine.gguf.GgufException when the file has no such tensor
     */
    public Tensor matrix(String name, long rows, long columns) {
        return load(name, rows, columns, backend::upload);
    }

    /** A matrix whose rows are looked up and never multiplied; see {@link #matrix}. */
    public Tensor table(String name, long rows, long columns) {
        return load(name, rows, columns, backend::uploadTable);
    }

    private Tensor load(String name, long rows, long columns, Function<GgufTensor, Tensor> upload) {
        Tensor known = loaded.get(name);
        return known == null ? place(checked(name, rows, columns), upload) : known;
    }

    private GgufTensor checked(String name, long rows, long columns) {
        GgufTensor tensor = file.tensor(name);
        if (tensor.rows() != rows || tensor.columns() != columns) {
            throw misfit(tensor, rows, columns);
        }
        return tensor;
    }

    private Tensor place(GgufTensor tensor, Function<GgufTensor, Tensor> upload) {
        Tensor made = upload.apply(tensor);
        loaded.put(tensor.name(), made);
        if (backend.copied(made)) {
            file.unload(tensor);
        } else {
            usedInPlace = true;
        }
        progress.accept(tensor.byteSize());
        return made;
    }

    /** A vector as F32 [1, n], whatever its type in the file. */
    public Tensor vector(String name, long n) {
        return floats(name, 1, n);
    }

    /** A matrix as F32 [rows, columns], whatever its type in the file. */
    public Tensor floats(String name, long rows, long columns) {
        Tensor known = loaded.get(name);
        if (known != null) {
            return known;
        }
        GgufTensor tensor = checked(name, rows, columns);
        return tensor.type().equals(QuantTypes.F32)
                ? place(tensor, backend::upload)
                : place(tensor, this::uploadDecoded);
    }

    private Tensor uploadDecoded(GgufTensor tensor) {
        MemorySegment floats = converted.allocateFrom(ValueLayout.JAVA_FLOAT, decode(tensor));
        return backend.upload(new GgufTensor(tensor.name(), QuantTypes.F32, tensor.shape(), floats));
    }

    /**
     * Refuses to compute with a file that somebody has cut or rewritten, where weights are used in place; see
     * {@link GgufFile#requireUnchanged}.
     */
    public void requireUnchanged() {
        if (usedInPlace) {
            file.requireUnchanged();
        }
    }

    /** Refuses what was computed from, or copied out of, pages that could not be read; see {@link GgufFile#requireReadable}. */
    public void requireReadable() {
        file.requireReadable();
    }

    /**
     * A matrix whose rows have several dimensions in the file, e.g. the kernels of a convolution.
     *
     * @return any type [rows, columns]
     */
    public Tensor flattened(String name, long rows, long columns) {
        GgufTensor tensor = file.tensor(name);
        long last = tensor.dim(tensor.rank() - 1);
        if (last != rows
                || tensor.elements() != rows * columns
                || columns % tensor.type().blockSize() != 0) {
            throw misfit(tensor, rows, columns);
        }
        return place(new GgufTensor(name, tensor.type(), GgufShape.of(columns, rows), tensor.data()), backend::upload);
    }

    /**
     * A matrix that the file holds the other way round, for {@code y = x w} with {@code w} of [inputs, outputs].
     *
     * @return F32 [outputs, inputs]
     */
    public Tensor transposed(String name, int inputs, int outputs) {
        Tensor known = loaded.get(name);
        return known == null ? place(checked(name, inputs, outputs), this::uploadTransposed) : known;
    }

    private Tensor uploadTransposed(GgufTensor tensor) {
        int rows = Math.toIntExact(tensor.rows());
        int columns = Math.toIntExact(tensor.columns());
        float[] values = decode(tensor);
        float[] turned = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                turned[c * rows + r] = values[r * columns + c];
            }
        }
        MemorySegment floats = converted.allocateFrom(ValueLayout.JAVA_FLOAT, turned);
        return backend.upload(new GgufTensor(tensor.name(), QuantTypes.F32, GgufShape.of(rows, columns), floats));
    }

    /** Rows of a tensor; 0 where the file has no such tensor. */
    public long rows(String name) {
        return file.find(name).map(GgufTensor::rows).orElse(0L);
    }

    /** Elements of a row of a tensor; 0 where the file has no such tensor. */
    public long columns(String name) {
        return file.find(name).map(GgufTensor::columns).orElse(0L);
    }

    private ModelException misfit(GgufTensor tensor, long rows, long columns) {
        return new ModelException(file.name() + ": tensor " + tensor.name() + " has " + tensor.rows() + " rows of "
                + tensor.columns() + " elements, but the metadata asks for " + rows + " of " + columns
                + ": the file is damaged or of another model");
    }

    /** A vector's values on the host, if the file has it. */
    public Optional<float[]> values(String name) {
        return file.find(name).map(Weights::decode);
    }

    private static float[] decode(GgufTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.rows() * tensor.columns())];
        tensor.type().decode(tensor.data(), 0, values, 0, values.length);
        return values;
    }

    /** {@code NAME.weight} [out, in], with {@code NAME.bias} [out] where the file has one. */
    public Linear linear(String name, int outputs, int inputs) {
        Tensor weight = matrix(name + ".weight", outputs, inputs);
        @Nullable Tensor bias = has(name + ".bias") ? vector(name + ".bias", outputs) : null;
        return new Linear(backend.ops(), weight, bias);
    }

    /** {@code NAME.weight} [n] as a norm. */
    public RmsNorm rmsNorm(String name, int n, float epsilon) {
        return new RmsNorm(backend.ops(), vector(name + ".weight", n), epsilon);
    }

    /** {@code NAME.weight} [n] as a LayerNorm, with {@code NAME.bias} [n] where the file has one. */
    public LayerNorm layerNorm(String name, int n, float epsilon) {
        Tensor bias = has(name + ".bias")
                ? vector(name + ".bias", n)
                : loaded.computeIfAbsent(
                        "zeros " + n,
                        zeros -> backend.upload(
                                new GgufTensor(zeros, QuantTypes.F32, GgufShape.of(n), converted.allocate(4L * n, 4))));
        return new LayerNorm(backend.ops(), vector(name + ".weight", n), bias, epsilon);
    }

    /**
     * {@code NAME.weight} [sum of outputs, inputs] as products of their own, one for each number of outputs: matrices that the file has
     * joined row by row.
     */
    public List<Linear> split(String name, int inputs, int... outputs) {
        if (has(name + ".bias")) {
            throw new ModelException(file.name() + ": tensor " + name
                    + ".bias belongs to matrices that the file has joined," + " and a bias of those is not supported");
        }
        GgufTensor whole = checked(name + ".weight", Arrays.stream(outputs).sum(), inputs);
        long rowBytes = whole.type().bytes(inputs);
        List<Linear> parts = new ArrayList<>();
        long first = 0;
        for (int rows : outputs) {
            MemorySegment data = whole.data().asSlice(first * rowBytes, rows * rowBytes);
            String part = name + ".weight, rows from " + first;
            Tensor known = loaded.get(part);
            parts.add(new Linear(
                    backend.ops(),
                    known != null
                            ? known
                            : place(
                                    new GgufTensor(part, whole.type(), GgufShape.of(inputs, rows), data),
                                    backend::upload),
                    null));
            first += rows;
        }
        return parts;
    }

    /** Frees what was converted, after the backend was closed; tensors used in place belong to the file. */
    @Override
    public void close() {
        loaded.clear();
        converted.close();
    }
}
