package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The working buffers of one decoder, each made once for the largest step. Blocks that are never busy at the same time
 * share a buffer by its name.
 */
public final class Workspace implements AutoCloseable {

    private final Backend backend;
    private final int maxRows;
    private final List<Rows> buffers = new ArrayList<>();

    /** A workspace for steps of at most {@code maxRows} rows. */
    public Workspace(Backend backend, int maxRows) {
        this.backend = backend;
        this.maxRows = maxRows;
    }

    /** The most rows of a step. */
    public int maxRows() {
        return maxRows;
    }

    /** The F32 buffer of a name and width; the same one for the same arguments. */
    public Rows rows(String name, int columns) {
        return rows(name, maxRows, columns);
    }

    /** As {@link #rows(String, int)}, for at most {@code rows} rows. */
    public Rows rows(String name, int rows, int columns) {
        for (Rows buffer : buffers) {
            if (buffer.name.equals(name) && buffer.columns == columns) {
                return buffer;
            }
        }
        Buffer memory = backend.allocate((long) rows * columns * Float.BYTES);
        Rows made = new Rows(name, columns, new Tensor(QuantTypes.F32, rows, columns, memory, 0));
        buffers.add(made);
        return made;
    }

    @Override
    public void close() {
        for (Rows buffer : buffers) {
            buffer.all.buffer().close();
        }
        buffers.clear();
    }

    /** A buffer that is seen with as many rows as the step has. */
    public static final class Rows {
        private final String name;
        private final int columns;
        private final Tensor all;
        private Tensor view;

        private Rows(String name, int columns, Tensor all) {
            this.name = name;
            this.columns = columns;
            this.all = all;
            this.view = all;
        }

        /** The first {@code rows} rows; the same object as long as the number does not change. */
        public Tensor first(int rows) {
            if (view.rows() != rows) {
                view = all.slice(0, rows);
            }
            return view;
        }
    }
}
