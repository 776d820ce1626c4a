// Device memory with accounting and guard pages, pinned memory, copies.
#include <sys/mman.h>

#include <cstdlib>

#include "driver.h"

namespace standin {
ptx::Allocation* around(u64 address, u64 bytes) {
    Device* d = ownerOf(address);
    if (!d) return nullptr;
    auto it = d->allocations.upper_bound(address);
    if (it == d->allocations.begin()) return nullptr;
    ptx::Allocation* a = (--it)->second.get();
    return address + bytes <= a->base + a->size ? a : nullptr;
}

bool isPinned(const void* address, u64 bytes) {
    auto it = state().pinned.upper_bound(u64(address));
    if (it == state().pinned.begin()) return false;
    --it;
    return u64(address) + bytes <= it->first + it->second->size;
}

namespace {
constexpr u64 PAGE = 4096;
u64 pages(u64 bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }

/// Closes the pages of an allocation.
void close(Device& d, const ptx::Allocation& a) {
    const u64 whole = pages(a.size);
    mmap(reinterpret_cast<void*>(a.base & ~(PAGE - 1)), whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    d.used -= whole;
}

std::unique_ptr<ptx::Allocation> describe(u64 base, u64 size, int device) {
    auto a = std::make_unique<ptx::Allocation>();
    a->base = base;
    a->size = size;
    a->device = device;
    const u64 sectors = size / ptx::SECTOR + 2;
    a->readIn = std::make_unique<std::atomic<u32>[]>(sectors);
    a->writtenIn = std::make_unique<std::atomic<u32>[]>(sectors);
    return a;
}

/// What a copy of the host's memory reads or writes is taken when it runs for pinned memory, and at the call for other.
Result toDevice(u64 to, const void* from, u64 bytes, Stream* stream) {
    if (!around(to, bytes)) return INVALID_VALUE;
    const bool later = isPinned(from, bytes) || (stream && stream->capture);
    auto copy = later ? nullptr : std::make_shared<std::vector<char>>(static_cast<const char*>(from), static_cast<const char*>(from) + bytes);
    return enqueue(stream, [=]() -> Result {
        if (!around(to, bytes)) return INVALID_VALUE;
        memcpy(reinterpret_cast<void*>(to), copy ? copy->data() : from, bytes);
        state().copied.hostToDevice += bytes;
        return SUCCESS;
    });
}

Result toHost(void* to, u64 from, u64 bytes, Stream* stream) {
    if (!around(from, bytes)) return INVALID_VALUE;
    const Result r = enqueue(stream, [=]() -> Result {
        if (!around(from, bytes)) return INVALID_VALUE;
        memcpy(to, reinterpret_cast<void*>(from), bytes);
        state().copied.deviceToHost += bytes;
        return SUCCESS;
    });
    const bool wait = r == SUCCESS && stream && !stream->capture && !isPinned(to, bytes);
    return wait ? drain(stream, stream->end()) : r;
}

template <class T> Result fill(u64 at, T value, u64 count, Stream* stream) {
    if (!around(at, count * sizeof(T))) return INVALID_VALUE;
    return enqueue(stream, [=]() -> Result {
        if (!around(at, count * sizeof(T))) return INVALID_VALUE;
        std::fill_n(reinterpret_cast<T*>(at), count, value);
        return SUCCESS;
    });
}
}  // namespace

void takeBack(Device& d) {
    for (auto& a : d.allocations) close(d, *a.second);
    d.allocations.clear();
    d.waiting.clear();
    State& s = state();
    for (Stream* stream : d.context.streams) delete stream;
    d.context.streams.clear();
    d.context.peers.clear();
    for (auto it = s.events.begin(); it != s.events.end();) {
        Event* e = *it;
        it = e->context == &d.context ? s.events.erase(it) : std::next(it);
        if (e->context == &d.context) delete e;
    }
    for (auto it = s.modules.begin(); it != s.modules.end();) {
        Module* m = *it;
        it = m->context == &d.context ? s.modules.erase(it) : std::next(it);
        if (m->context == &d.context) delete m;
    }
    for (auto it = s.hostAllocated.begin(); it != s.hostAllocated.end();) {
        const auto [address, context] = *it;
        it = context == &d.context ? s.hostAllocated.erase(it) : std::next(it);
        if (context == &d.context) s.pinned.erase(u64(address)), free(address);
    }
}
}  // namespace standin

using namespace standin;

EXPORT Result cuMemGetInfo_v2(size_t* free, size_t* total) {
    LOCK;
    if (!current()) return INVALID_CONTEXT;
    *total = state().settings.memory;
    *free = *total - std::min<u64>(*total, current()->device->used);
    return SUCCESS;
}

EXPORT Result cuMemAlloc_v2(u64* address, size_t bytes) {
    LOCK;
    State& s = state();
    if (!current()) return INVALID_CONTEXT;
    if (current()->sticky) return current()->sticky;
    if (bytes == 0) return INVALID_VALUE;
    if (++s.allocations == s.settings.failAllocation) return OUT_OF_MEMORY;
    Device& d = *current()->device;
    const u64 whole = pages(bytes);
    if (d.used + whole > s.settings.memory || d.next + whole + PAGE > DEVICE_WINDOW) return OUT_OF_MEMORY;
    const u64 at = d.base + d.next;
    if (mprotect(reinterpret_cast<void*>(at), whole, PROT_READ | PROT_WRITE)) return OUT_OF_MEMORY;
    d.next += whole + PAGE;  // the page behind stays closed
    // It ends as close to the closed page as an alignment of 256 bytes allows; its content is no number anyone expects.
    *address = at + ((whole - bytes) & ~u64(255));
    memset(reinterpret_cast<void*>(*address), 0xcb, bytes);
    d.allocations[*address] = describe(*address, bytes, d.id);
    d.used += whole;
    d.peak = std::max(d.peak, d.used);
    return SUCCESS;
}

EXPORT Result cuMemFree_v2(u64 address) {
    LOCK;
    if (address == 0) return SUCCESS;
    Device* d = ownerOf(address);
    if (!d) return INVALID_VALUE;
    if (d->context.sticky) return d->context.sticky;
    auto it = d->allocations.find(address);
    if (it == d->allocations.end()) return INVALID_VALUE;
    const Result r = drainAll(&d->context);
    close(*d, *it->second);
    d->allocations.erase(it);
    return r;
}

EXPORT Result cuMemHostAlloc(void** address, size_t bytes, unsigned) {
    LOCK;
    if (!current()) return INVALID_CONTEXT;
    if (current()->sticky) return current()->sticky;
    if (bytes == 0) return INVALID_VALUE;
    if (++state().allocations == state().settings.failAllocation) return OUT_OF_MEMORY;
    *address = aligned_alloc(PAGE, pages(bytes));
    if (!*address) return OUT_OF_MEMORY;
    memset(*address, 0xcb, bytes);
    state().pinned[u64(*address)] = describe(u64(*address), bytes, -1);
    state().hostAllocated[*address] = current();
    return SUCCESS;
}

EXPORT Result cuMemFreeHost(void* address) {
    LOCK;
    const auto owned = state().hostAllocated.find(address);
    if (owned == state().hostAllocated.end()) return INVALID_VALUE;
    if (owned->second->sticky) return owned->second->sticky;
    state().hostAllocated.erase(owned);
    for (auto& d : state().devices) drainAll(&d->context);
    state().pinned.erase(u64(address));
    free(address);
    return SUCCESS;
}

EXPORT Result cuMemHostRegister_v2(void* address, size_t bytes, unsigned) {
    LOCK;
    if (!current()) return INVALID_CONTEXT;
    if (isPinned(address, 1)) return HOST_MEMORY_ALREADY_REGISTERED;
    state().pinned[u64(address)] = describe(u64(address), bytes, -1);
    return SUCCESS;
}

EXPORT Result cuMemHostUnregister(void* address) {
    LOCK;
    if (state().hostAllocated.count(address)) return INVALID_VALUE;
    return state().pinned.erase(u64(address)) ? SUCCESS : HOST_MEMORY_NOT_REGISTERED;
}

EXPORT Result cuMemcpyHtoD_v2(u64 to, const void* from, size_t bytes) {
    LOCK;
    return current() ? toDevice(to, from, bytes, nullptr) : INVALID_CONTEXT;
}

EXPORT Result cuMemcpyDtoH_v2(void* to, u64 from, size_t bytes) {
    LOCK;
    return current() ? toHost(to, from, bytes, nullptr) : INVALID_CONTEXT;
}

EXPORT Result cuMemcpyHtoDAsync_v2(u64 to, const void* from, size_t bytes, Stream* stream) {
    LOCK;
    return toDevice(to, from, bytes, stream);
}

EXPORT Result cuMemcpyDtoHAsync_v2(void* to, u64 from, size_t bytes, Stream* stream) {
    LOCK;
    return toHost(to, from, bytes, stream);
}

EXPORT Result cuMemcpyDtoDAsync_v2(u64 to, u64 from, size_t bytes, Stream* stream) {
    LOCK;
    if (!around(to, bytes) || !around(from, bytes) || ownerOf(to) != ownerOf(from)) return INVALID_VALUE;
    return enqueue(stream, [=]() -> Result {
        if (!around(to, bytes) || !around(from, bytes)) return INVALID_VALUE;
        memmove(reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), bytes);
        state().copied.deviceToDevice += bytes;
        return SUCCESS;
    });
}

EXPORT Result cuMemcpyPeerAsync(u64 to, Context* toContext, u64 from, Context* fromContext, size_t bytes, Stream* stream) {
    LOCK;
    if (!around(to, bytes) || !around(from, bytes) || !toContext || !fromContext) return INVALID_VALUE;
    if (ownerOf(to) != toContext->device || ownerOf(from) != fromContext->device) return INVALID_VALUE;
    return enqueue(stream, [=]() -> Result {
        if (!around(to, bytes) || !around(from, bytes)) return INVALID_VALUE;
        memmove(reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), bytes);
        state().copied.peer += bytes;
        return SUCCESS;
    });
}

EXPORT Result cuMemsetD8Async(u64 at, unsigned char value, size_t count, Stream* stream) {
    LOCK;
    return fill(at, value, count, stream);
}

EXPORT Result cuMemsetD32Async(u64 at, unsigned value, size_t count, Stream* stream) {
    LOCK;
    return fill(at, value, count, stream);
}
