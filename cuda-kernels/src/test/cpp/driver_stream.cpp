// Streams, events, capture and graphs. Lazy streams work only when something waits for them; random ones at any moment.
#include "driver.h"

namespace standin {
bool valid(Stream* stream) {
    if (!stream) return true;
    for (auto& d : state().devices) {
        if (d->context.streams.count(stream)) return true;
    }
    return false;
}

Result drain(Stream* s, u64 position) {
    Result first = s->context->sticky;
    // A stream that waits for itself through events of others is at work already.
    while (s->done < position && !s->queue.empty() && !s->running) {
        Work work = s->queue.front();
        s->running = true;
        const Result r = s->context->sticky ? s->context->sticky : work();
        s->running = false;
        s->queue.pop_front();
        s->done++;
        if (r && !first) first = r;
        if (r && !s->context->sticky) s->context->sticky = r;
    }
    return first;
}

Result drainAll(Context* c) {
    for (Stream* s : c->streams) drain(s, s->end());
    return c->sticky;
}

namespace {
/// In random order any stream may do some of its work now.
void stir() {
    State& s = state();
    for (auto& d : s.devices) {
        for (Stream* stream : d->context.streams) {
            if (s.random() % 3 == 0) drain(stream, stream->done + s.random() % 3);
        }
    }
}
}  // namespace

Result enqueue(Stream* stream, Work work) {
    if (!stream) {
        if (!current()) return INVALID_CONTEXT;
        for (Stream* s : current()->streams) {
            if (s->capture && s->blocking) return STREAM_CAPTURE_UNSUPPORTED;
            if (s->blocking) drain(s, s->end());
        }
        if (current()->sticky) return current()->sticky;
        const Result r = work();
        if (r) current()->sticky = r;
        return r;
    }
    if (!valid(stream)) return INVALID_HANDLE;
    if (stream->context->sticky) return stream->context->sticky;
    if (stream->capture) {
        stream->capture->nodes.push_back(std::move(work));
        return SUCCESS;
    }
    stream->queue.push_back(std::move(work));
    if (state().settings.order == Order::EAGER) return drain(stream, stream->end());
    if (state().settings.order == Order::RANDOM) stir();
    return SUCCESS;
}

namespace {
bool known(Event* e) { return state().events.count(e) > 0; }

Result waitFor(Event* e) { return e->recorded && e->stream && valid(e->stream) ? drain(e->stream, e->position) : SUCCESS; }
}  // namespace
}  // namespace standin

using namespace standin;

EXPORT Result cuStreamCreate(Stream** stream, unsigned flags) {
    LOCK;
    if (!current()) return INVALID_CONTEXT;
    *stream = new Stream{current(), (flags & 1) == 0, {}};
    current()->streams.insert(*stream);
    return SUCCESS;
}

EXPORT Result cuStreamDestroy_v2(Stream* stream) {
    LOCK;
    if (!stream || !valid(stream)) return INVALID_HANDLE;
    if (stream->context->sticky) return stream->context->sticky;
    drain(stream, stream->end());
    for (Event* e : state().events) {
        if (e->stream == stream) e->stream = nullptr;
    }
    stream->context->streams.erase(stream);
    delete stream;
    return SUCCESS;
}

EXPORT Result cuStreamSynchronize(Stream* stream) {
    LOCK;
    if (!stream) return current() ? drainAll(current()) : INVALID_CONTEXT;
    if (!valid(stream)) return INVALID_HANDLE;
    if (stream->capture) return STREAM_CAPTURE_UNSUPPORTED;
    return drain(stream, stream->end());
}

EXPORT Result cuStreamQuery(Stream* stream) {
    LOCK;
    if (!valid(stream)) return INVALID_HANDLE;
    if (stream && stream->context->sticky) return stream->context->sticky;
    // Whoever asks again and again is answered at last, as on a device.
    if (stream && !stream->queue.empty()) {
        drain(stream, stream->done + 1);
        return NOT_READY;
    }
    return SUCCESS;
}

EXPORT Result cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
    LOCK;
    if (!valid(stream) || !known(event)) return INVALID_HANDLE;
    if (event->capture) {  // the stream joins the capture
        if (!stream || (stream->capture && stream->capture != event->capture)) return STREAM_CAPTURE_UNSUPPORTED;
        stream->capture = event->capture;
        return SUCCESS;
    }
    if (!event->recorded || !event->stream) return SUCCESS;
    Stream* other = event->stream;
    const u64 position = event->position;
    return enqueue(stream, [=]() -> Result { return valid(other) ? drain(other, position) : SUCCESS; });
}

EXPORT Result cuEventCreate(Event** event, unsigned) {
    LOCK;
    if (!current()) return INVALID_CONTEXT;
    *event = new Event;
    (*event)->context = current();
    state().events.insert(*event);
    return SUCCESS;
}

EXPORT Result cuEventDestroy_v2(Event* event) {
    LOCK;
    if (!known(event)) return INVALID_HANDLE;
    if (event->context->sticky) return event->context->sticky;
    waitFor(event);
    state().events.erase(event);
    delete event;
    return SUCCESS;
}

EXPORT Result cuEventRecord(Event* event, Stream* stream) {
    LOCK;
    if (!known(event) || !valid(stream)) return INVALID_HANDLE;
    event->stream = stream;
    event->recorded = true;
    event->fired = false;
    event->capture = stream ? stream->capture : nullptr;
    if (event->capture) return SUCCESS;
    event->position = stream ? stream->end() + 1 : 0;
    return enqueue(stream, [event]() -> Result {
        if (known(event)) {
            event->fired = true;
            event->time = std::chrono::steady_clock::now();
        }
        return SUCCESS;
    });
}

EXPORT Result cuEventSynchronize(Event* event) {
    LOCK;
    if (!known(event)) return INVALID_HANDLE;
    return event->capture ? STREAM_CAPTURE_UNSUPPORTED : waitFor(event);
}

EXPORT Result cuEventQuery(Event* event) {
    LOCK;
    if (!known(event)) return INVALID_HANDLE;
    if (!event->recorded || event->fired) return SUCCESS;
    if (event->stream) drain(event->stream, event->stream->done + 1);
    return NOT_READY;
}

EXPORT Result cuEventElapsedTime(float* milliseconds, Event* from, Event* to) {
    LOCK;
    if (!known(from) || !known(to) || !from->recorded || !to->recorded) return INVALID_HANDLE;
    if (!from->fired || !to->fired) return NOT_READY;
    *milliseconds = std::chrono::duration<float, std::milli>(to->time - from->time).count();
    return SUCCESS;
}

EXPORT Result cuStreamBeginCapture_v2(Stream* stream, int) {
    LOCK;
    if (!stream || !valid(stream)) return INVALID_HANDLE;
    if (stream->capture) return STREAM_CAPTURE_UNSUPPORTED;
    stream->capture = new Graph;
    stream->origin = true;
    state().graphs.insert(stream->capture);
    return SUCCESS;
}

EXPORT Result cuStreamEndCapture(Stream* stream, Graph** graph) {
    LOCK;
    if (!stream || !valid(stream)) return INVALID_HANDLE;
    if (!stream->capture || !stream->origin) return INVALID_VALUE;
    *graph = stream->capture;
    stream->origin = false;
    for (auto& d : state().devices) {
        for (Stream* s : d->context.streams) {
            if (s->capture == *graph) s->capture = nullptr;
        }
    }
    for (Event* e : state().events) {
        if (e->capture == *graph) e->capture = nullptr, e->recorded = false;
    }
    return SUCCESS;
}

EXPORT Result cuStreamIsCapturing(Stream* stream, int* status) {
    LOCK;
    if (!valid(stream)) return INVALID_HANDLE;
    *status = stream && stream->capture ? 1 : 0;
    return SUCCESS;
}

EXPORT Result cuGraphInstantiateWithFlags(Executable** executable, Graph* graph, unsigned long long) {
    LOCK;
    if (!state().graphs.count(graph)) return INVALID_HANDLE;
    *executable = new Executable{graph->nodes};
    state().executables.insert(*executable);
    return SUCCESS;
}

EXPORT Result cuGraphLaunch(Executable* executable, Stream* stream) {
    LOCK;
    if (!state().executables.count(executable)) return INVALID_HANDLE;
    auto nodes = std::make_shared<std::vector<Work>>(executable->nodes);
    return enqueue(stream, [nodes]() -> Result {
        state().graphLaunches++;
        for (const Work& node : *nodes) {
            if (Result r = node()) return r;
        }
        return SUCCESS;
    });
}

EXPORT Result cuGraphExecDestroy(Executable* executable) {
    LOCK;
    if (!state().executables.erase(executable)) return INVALID_HANDLE;
    delete executable;
    return SUCCESS;
}

EXPORT Result cuGraphDestroy(Graph* graph) {
    LOCK;
    if (!state().graphs.erase(graph)) return INVALID_HANDLE;
    delete graph;
    return SUCCESS;
}
