// Modules from PTX text, functions, occupancy, launches.
#include <algorithm>

#include "driver.h"

namespace standin {
namespace {
constexpr u32 MOST_SHARED = 101376;
constexpr int ERROR_LOG = 5, ERROR_LOG_BYTES = 6;  // CUjit_option

/// The newest PTX that a driver understands: 7.x came with CUDA 11, 8.x with 12, 9.x with 13.
int newestPtx(int driver) {
    const int major = driver / 1000, minor = driver % 1000 / 10;
    if (major <= 11) return 70 + minor;
    if (major == 12) return minor <= 5 ? 80 + minor : 79 + minor;
    return 90 + minor;
}

Result load(Module& m, const std::string& text, std::string& log) {
    try {
        static std::map<std::string, ptx::Module> known;  // a model loads the same modules again and again
        auto found = known.find(text);
        if (found == known.end()) found = known.emplace(text, ptx::parse(text)).first;
        m.parsed = found->second;
    } catch (const ptx::ParseError& e) {
        log = e.what();
        return INVALID_PTX;
    }
    if (m.parsed.version > newestPtx(state().settings.driver)) {
        log = "PTX " + std::to_string(m.parsed.version / 10) + "." + std::to_string(m.parsed.version % 10) + " is newer than the driver";
        return UNSUPPORTED_PTX_VERSION;
    }
    if (m.parsed.target > state().settings.capability) {
        log = "PTX for sm_" + std::to_string(m.parsed.target) + " on a device of capability " + std::to_string(state().settings.capability);
        return INVALID_PTX;
    }
    return SUCCESS;
}

/// What kernels of one context may touch.
struct View : ptx::Memory {
    static std::string place(const Device& d, u64 address) {
        auto it = d.allocations.upper_bound(address);
        if (it == d.allocations.begin()) return "before all allocations of the device";
        --it;
        const u64 end = it->first + it->second->size;
        return std::to_string(address - end) + " bytes beyond the end of an allocation of " + std::to_string(it->second->size) + " bytes";
    }

    Context* context;
    explicit View(Context* c) : context(c) {}

    ptx::Allocation* find(u64 address, std::string& why) override {
        Device* d = ownerOf(address);
        if (d) {
            if (d != context->device && !context->peers.count(&d->context)) {
                why = "memory of another device without peer access";
                return nullptr;
            }
            ptx::Allocation* a = around(address, 1);
            if (!a) why = "address " + place(*d, address);
            return a;
        }
        auto it = state().pinned.upper_bound(address);
        if (it != state().pinned.begin()) {
            --it;
            if (address < it->first + it->second->size) return it->second.get();
        }
        why = "address outside of device and pinned memory";
        return nullptr;
    }
};

/// Counts a launch that begins to run, which may be one that was told to fail.
Result launched(Context* context) {
    State& s = state();
    if (++s.launches == s.settings.failLaunch) {
        fault("launch " + std::to_string(s.launches) + " fails as told");
        return s.settings.failLaunchWith;
    }
    if (s.launches == s.settings.loseAtLaunch) {
        fault("the device is lost at launch " + std::to_string(s.launches) + " as told");
        context->device->lost = true;
        return UNKNOWN;
    }
    return SUCCESS;
}

Result execute(Context* context, const ptx::Launch& prepared) {
    if (Result r = launched(context)) return r;
    State& s = state();
    ptx::Launch launch = prepared;
    View view(context);
    KernelStatistics& k = s.kernels[launch.kernel->name];
    launch.memory = &view;
    launch.number = ++s.launchNumber;
    launch.findRaces = s.settings.races;
    launch.reads = &k.reads;
    launch.writes = &k.writes;
    const ptx::Outcome outcome = ptx::run(launch, s.settings.threads);
    k.launches++;
    k.counters.add(outcome.counters);
    if (outcome.code) fault(outcome.fault);
    return outcome.code;
}

bool known(Module* m) { return state().modules.count(m) > 0; }
}  // namespace
}  // namespace standin

using namespace standin;

EXPORT Result cuModuleLoadDataEx(Module** module, const void* image, unsigned count, const int* options, void** values) {
    LOCK;
    if (!current()) return INVALID_CONTEXT;
    if (current()->sticky) return current()->sticky;
    auto m = std::make_unique<Module>();
    m->context = current();
    std::string log;
    const Result r = load(*m, static_cast<const char*>(image), log);
    char* to = nullptr;
    size_t room = 0;
    for (unsigned k = 0; k < count; k++) {
        if (options[k] == ERROR_LOG) to = static_cast<char*>(values[k]);
        if (options[k] == ERROR_LOG_BYTES) room = size_t(values[k]);
    }
    if (to && room) {
        const size_t n = std::min(room - 1, log.size());
        memcpy(to, log.data(), n);
        to[n] = 0;
    }
    if (r) {
        fault(log);
        return r;
    }
    *module = m.get();
    state().modules.insert(m.release());
    return SUCCESS;
}

EXPORT Result cuModuleLoadData(Module** module, const void* image) { return cuModuleLoadDataEx(module, image, 0, nullptr, nullptr); }

EXPORT Result cuModuleUnload(Module* module) {
    LOCK;
    if (!known(module)) return INVALID_HANDLE;
    if (module->context->sticky) return module->context->sticky;
    state().modules.erase(module);
    drainAll(module->context);
    delete module;
    return SUCCESS;
}

EXPORT Result cuModuleGetFunction(Function** function, Module* module, const char* name) {
    LOCK;
    if (!known(module)) return INVALID_HANDLE;
    const auto kernel = module->parsed.kernels.find(name);
    if (kernel == module->parsed.kernels.end()) return NOT_FOUND;
    auto& f = module->functions[name];
    if (!f) f = std::make_unique<Function>(Function{module, kernel->second});
    *function = f.get();
    return SUCCESS;
}

EXPORT Result cuFuncGetAttribute(int* value, int attribute, Function* f) {
    LOCK;
    switch (attribute) {
        case 0: *value = int(f->kernel->maxThreads); return SUCCESS;
        case 1: *value = int(f->kernel->sharedBytes); return SUCCESS;
        case 3: *value = int(f->kernel->localBytes); return SUCCESS;
        case 5: *value = f->module->parsed.version; return SUCCESS;
        case 6: *value = state().settings.capability; return SUCCESS;
        case 8: *value = int(f->mostDynamicShared); return SUCCESS;
        default: return NOT_SUPPORTED;  // registers are known after a real compilation only
    }
}

EXPORT Result cuFuncSetAttribute(Function* f, int attribute, int value) {
    LOCK;
    if (attribute == 9) return value >= -1 && value <= 100 ? SUCCESS : INVALID_VALUE;
    if (attribute != 8) return NOT_SUPPORTED;
    if (value < 0 || u32(value) + f->kernel->sharedBytes > MOST_SHARED) return INVALID_VALUE;
    f->mostDynamicShared = u32(value);
    return SUCCESS;
}

/// By threads and shared memory; registers are not known here.
EXPORT Result cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Function* f, int threads, size_t dynamic) {
    LOCK;
    if (threads < 1 || u32(threads) > f->kernel->maxThreads) return INVALID_VALUE;
    const u64 shared = f->kernel->sharedBytes + dynamic + 1024;
    *blocks = int(std::min({u64(16), u64(1536 / threads), u64(102400) / shared}));
    return SUCCESS;
}

namespace {
/// A launch runs: counts whether one of another device that was put on its stream earlier still waits.
void begins(Device* device, u64 number) {
    device->waiting.erase(number);
    for (auto& d : state().devices) {
        if (d.get() != device && !d->waiting.empty() && *d->waiting.begin() < number) {
            state().launchesAhead++;
            return;
        }
    }
}

Result enqueueLaunch(Stream* stream, Work work) {
    if (stream && stream->capture) return enqueue(stream, work);
    Device* device = current()->device;
    const u64 number = ++state().enqueued;
    device->waiting.insert(number);
    return enqueue(stream, [device, number, work]() -> Result {
        begins(device, number);
        return work();
    });
}
}  // namespace

EXPORT Result cuLaunchKernel(Function* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                             Stream* stream, void** params, void** extra) {
    LOCK;
    if (!current()) return INVALID_CONTEXT;
    if (!valid(stream)) return INVALID_HANDLE;
    if (!known(f->module) || f->module->context != current() || (stream && stream->context != current())) return INVALID_HANDLE;
    const u64 threads = u64(bx) * by * bz;
    if (!gx || !gy || !gz || !threads || threads > 1024 || gx > 0x7fffffffu || gy > 65535 || gz > 65535 || extra) return INVALID_VALUE;
    if (threads > f->kernel->maxThreads) return INVALID_VALUE;
    if (shared > f->mostDynamicShared || shared + f->kernel->sharedBytes > MOST_SHARED) return INVALID_VALUE;
    ptx::Launch launch{};
    launch.kernel = f->kernel.get();
    launch.grid = {gx, gy, gz};
    launch.block = {bx, by, bz};
    launch.dynamicShared = shared;
    launch.params.resize(f->kernel->paramBytes + 8);
    for (size_t k = 0; k < f->kernel->params.size(); k++) {
        if (!params || !params[k]) return INVALID_VALUE;
        memcpy(&launch.params[f->kernel->params[k].offset], params[k], f->kernel->params[k].size);
    }
    Context* context = current();
    auto keep = f->kernel;
    return enqueueLaunch(stream, [context, launch, keep]() -> Result { return execute(context, launch); });
}

namespace {
struct Span {
    u64 address, bytes;
};
}  // namespace

/// Whether the calling thread has a context. For stand-ins of libraries that work on this one.
EXPORT int standin_current() {
    ALONE;
    return current() != nullptr;
}

/// Puts a product of such a library on a stream, as a launch of that name: it reads and writes pieces of memory on the device.
EXPORT int standin_launch(Stream* stream, const char* name, const Span* reads, int count, Span write, void (*work)(const void*), const void* data,
                          size_t bytes) {
    ALONE;
    if (const Result told = standin::told(name)) return told;
    if (!current() || !stream || !valid(stream) || stream->context != current()) return INVALID_HANDLE;
    Context* context = current();
    const std::vector<Span> from(reads, reads + count);
    const std::vector<char> copy(static_cast<const char*>(data), static_cast<const char*>(data) + bytes);
    const std::string kernel = name;
    return enqueueLaunch(stream, [=]() -> Result {
        if (Result r = launched(context)) return r;
        std::vector<Span> all = from;
        all.push_back(write);
        for (const Span& s : all) {
            if (ownerOf(s.address) == context->device && around(s.address, s.bytes)) continue;
            fault(kernel + ": " + std::to_string(s.bytes) + " bytes at " + std::to_string(s.address) + " are not memory of the device");
            return ILLEGAL_ADDRESS;
        }
        KernelStatistics& k = state().kernels[kernel];
        k.launches++;
        for (const Span& s : from) k.reads.bytes += s.bytes;
        k.writes.bytes += write.bytes;
        work(copy.data());
        return SUCCESS;
    });
}
