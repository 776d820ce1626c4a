package io.jgemma.cuda.jcuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers for native objects. Number 0 stands for none. */
final class Handles<T> {
    private final String what;
    private final List<@Nullable T> objects = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();

    Handles(String what) {
        this.what = what;
    }

    synchronized long add(T object) {
        Integer reused = free.poll();
        if (reused != null) {
            objects.set(reused, object);
            return reused + 1L;
        }
        objects.add(object);
        return objects.size();
    }

    synchronized T get(long handle) {
        T object = handle < 1 || handle > objects.size() ? null : objects.get((int) handle - 1);
        if (object == null) {
            throw new IllegalArgumentException("no " + what + " " + handle + ": was it destroyed?");
        }
        return object;
    }

    synchronized T remove(long handle) {
        T object = get(handle);
        objects.set((int) handle - 1, null);
        free.add((int) handle - 1);
        return object;
    }

    synchronized void clear() {
        objects.clear();
        free.clear();
    }
}
