package io.jgemma.engine.backend;

import io.jgemma.engine.gguf.GgufTensor;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Times the operations of a backend. Both interfaces are implemented by proxies, so that an operation which is added later is timed
 * as well, and none is forgotten.
 */
public final class ProfiledBackend {

    private static final Pattern LAYER = Pattern.compile("^blk\\.\\d+\\.|\\.weight$");

    private final Backend backend;
    private final OperationProfile profile;
    private final Ops ops;
    /** Names of weights; only what was uploaded is one. */
    private final IdentityHashMap<Buffer, String> names = new IdentityHashMap<>();

    private ProfiledBackend(Backend backend, OperationProfile profile) {
        this.backend = backend;
        this.profile = profile;
        ops = proxy(Ops.class, (proxy, method, arguments) -> timed(method, arguments));
    }

    /**
     * The same backend, whose operations {@code profile} adds up.
     *
     * @param backend one whose operations have ended when they return: the CPU's
     */
    public static Backend of(Backend backend, OperationProfile profile) {
        ProfiledBackend profiled = new ProfiledBackend(backend, profile);
        return proxy(Backend.class, (proxy, method, arguments) -> profiled.call(method, arguments));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "ops" -> ops;
            case "upload", "uploadTable" -> {
                Tensor uploaded = (Tensor) invoke(backend, method, arguments);
                String name = ((GgufTensor) arguments[0]).name();
                names.put(uploaded.buffer(), LAYER.matcher(name).replaceAll(""));
                yield uploaded;
            }
            case "parallel" -> {
                long start = System.nanoTime();
                Object nothing = invoke(backend, method, arguments);
                profile.add("sample", "", System.nanoTime() - start, 0, 0);
                yield nothing;
            }
            default -> invoke(backend, method, arguments);
        };
    }

    private Object timed(Method method, Object[] arguments) throws Throwable {
        long start = System.nanoTime();
        Object result = invoke(backend.ops(), method, arguments);
        long nanos = System.nanoTime() - start;
        record(method.getName(), arguments, nanos);
        return result;
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Weights of several rows are matrices that the last tensor's rows are multiplied with, unless they are that tensor themselves. */
    private void record(String operation, Object[] arguments, long nanos) {
        List<String> subjects = new ArrayList<>();
        long bytes = 0;
        long elements = 0;
        long rows = 0;
        Tensor matrix = null;
        for (Object argument : arguments) {
            if (argument instanceof Tensor tensor) {
                if (matrix != null) {
                    bytes += matrix.byteSize();
                    elements += matrix.rows() * matrix.columns();
                }
                String name = names.get(tensor.buffer());
                if (name != null) {
                    subjects.add(name);
                }
                matrix = name != null && tensor.rows() > 1 ? tensor : null;
                rows = tensor.rows();
            } else if (argument instanceof KvLayer layer) {
                int window = layer.layout().window();
                subjects.add(window == 0 ? "no window" : "window " + window);
            }
        }
        profile.add(operation, String.join(" ", subjects), nanos, bytes, elements * rows);
    }
}
