// Initialization, devices, primary contexts, errors by name.
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

#include "driver.h"

namespace standin {
State& state() {
    static State* s = new State;  // lives as long as the process: threads may end after main
    return *s;
}

Context*& current() {
    static thread_local Context* context = nullptr;
    return context;
}

/// Errors that end a context on a device too.
static bool endsContext(Result code) {
    return code == ILLEGAL_ADDRESS || code == MISALIGNED_ADDRESS || code == LAUNCH_FAILED || code == HARDWARE_FAILURE || code == UNKNOWN;
}

Result told(const std::string& entry) {
    State& s = state();
    const std::string& name = s.settings.failCall;
    if (name.empty() || (entry != name && entry != name + "_v2")) return SUCCESS;
    if (++s.calls != s.settings.failCallAt) return SUCCESS;
    const Result code = s.settings.failCallWith;
    fault(entry + " fails as told");
    if (current() && endsContext(code)) current()->sticky = code;
    return code;
}

void fault(const std::string& text) { state().faults.push_back(text); }

Device* ownerOf(u64 address) {
    for (auto& d : state().devices) {
        if (address >= d->base && address < d->base + DEVICE_WINDOW) return d.get();
    }
    return nullptr;
}

namespace {
constexpr int MAX_THREADS_PER_BLOCK = 1, MAX_SHARED_PER_BLOCK = 8, WARP_SIZE = 10, MULTIPROCESSORS = 16, CLOCK_KHZ = 13, MEMORY_CLOCK_KHZ = 36,
              BUS_BITS = 37, L2_BYTES = 38, CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76, MAX_SHARED_OPTIN = 97, MAX_REGISTERS = 12,
              MAX_THREADS_PER_MULTIPROCESSOR = 39, INTEGRATED = 18, UNIFIED_ADDRESSING = 41, SHARED_PER_MULTIPROCESSOR = 81;

bool known(int device) { return device >= 0 && device < int(state().devices.size()); }

const std::map<Result, std::pair<const char*, const char*>> ERRORS = {
    {SUCCESS, {"CUDA_SUCCESS", "no error"}},
    {INVALID_VALUE, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {OUT_OF_MEMORY, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
    {NOT_INITIALIZED, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}},
    {NO_DEVICE, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
    {INVALID_DEVICE, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {INVALID_CONTEXT, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
    {PEER_ACCESS_UNSUPPORTED, {"CUDA_ERROR_PEER_ACCESS_UNSUPPORTED", "peer access is not supported between these two devices"}},
    {INVALID_PTX, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
    {UNSUPPORTED_PTX_VERSION, {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain"}},
    {INVALID_HANDLE, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}},
    {DEVICE_UNAVAILABLE, {"CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"}},
    {HARDWARE_FAILURE, {"CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"}},
    {NOT_FOUND, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
    {NOT_READY, {"CUDA_ERROR_NOT_READY", "device not ready"}},
    {ILLEGAL_ADDRESS, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
    {LAUNCH_OUT_OF_RESOURCES, {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"}},
    {PEER_ACCESS_ALREADY_ENABLED, {"CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED", "peer access is already enabled"}},
    {HOST_MEMORY_ALREADY_REGISTERED, {"CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", "part or all of the requested memory range is already mapped"}},
    {HOST_MEMORY_NOT_REGISTERED, {"CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", "pointer does not correspond to a registered memory region"}},
    {MISALIGNED_ADDRESS, {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"}},
    {LAUNCH_FAILED, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
    {NOT_SUPPORTED, {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"}},
    {STREAM_CAPTURE_UNSUPPORTED, {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"}},
    {STREAM_CAPTURE_INVALIDATED, {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"}},
    {UNKNOWN, {"CUDA_ERROR_UNKNOWN", "unknown error"}},
};
}  // namespace
}  // namespace standin

using namespace standin;

EXPORT Result cuInit(unsigned flags) {
    LOCK;
    State& s = state();
    if (flags) return INVALID_VALUE;
    if (s.settings.devices == 0) return NO_DEVICE;
    for (int d = int(s.devices.size()); d < s.settings.devices; d++) {
        void* at = mmap(nullptr, DEVICE_WINDOW, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED) return OUT_OF_MEMORY;
        auto device = std::make_unique<Device>();
        device->id = d;
        device->base = u64(at);
        device->context.device = device.get();
        s.devices.push_back(std::move(device));
    }
    s.initialized = true;
    return SUCCESS;
}

EXPORT Result cuDriverGetVersion(int* version) {
    LOCK;
    *version = state().settings.driver;
    return SUCCESS;
}

EXPORT Result cuDeviceGetCount(int* count) {
    LOCK;
    if (!state().initialized) return NOT_INITIALIZED;
    *count = int(state().devices.size());
    return SUCCESS;
}

EXPORT Result cuDeviceGet(int* device, int ordinal) {
    LOCK;
    if (!state().initialized) return NOT_INITIALIZED;
    if (!known(ordinal)) return INVALID_DEVICE;
    *device = ordinal;
    return SUCCESS;
}

EXPORT Result cuDeviceGetName(char* name, int size, int device) {
    LOCK;
    if (!known(device)) return INVALID_DEVICE;
    snprintf(name, size_t(size), "stand-in GPU %d", device);
    return SUCCESS;
}

EXPORT Result cuDeviceTotalMem_v2(size_t* bytes, int device) {
    LOCK;
    if (!known(device)) return INVALID_DEVICE;
    *bytes = state().settings.memory;
    return SUCCESS;
}

EXPORT Result cuDeviceGetAttribute(int* value, int attribute, int device) {
    LOCK;
    if (!known(device)) return INVALID_DEVICE;
    const int capability = state().settings.capability;
    // As an RTX 3090 has them, the capability apart.
    const std::map<int, int> values = {
        {MAX_THREADS_PER_BLOCK, 1024}, {MAX_SHARED_PER_BLOCK, 49152}, {WARP_SIZE, 32}, {MULTIPROCESSORS, 82}, {CLOCK_KHZ, 1695000},
        {MEMORY_CLOCK_KHZ, 9751000}, {BUS_BITS, 384}, {L2_BYTES, 6291456}, {CAPABILITY_MAJOR, capability / 10},
        {CAPABILITY_MINOR, capability % 10}, {MAX_SHARED_OPTIN, 101376}, {MAX_REGISTERS, 65536}, {MAX_THREADS_PER_MULTIPROCESSOR, 1536},
        {INTEGRATED, 0}, {UNIFIED_ADDRESSING, 1}, {SHARED_PER_MULTIPROCESSOR, 102400}};
    const auto found = values.find(attribute);
    if (found == values.end()) {
        fault("cuDeviceGetAttribute: attribute " + std::to_string(attribute) + " is not known to the stand-in");
        return NOT_SUPPORTED;
    }
    *value = found->second;
    return SUCCESS;
}

EXPORT Result cuDevicePrimaryCtxRetain(Context** context, int device) {
    LOCK;
    if (!known(device)) return INVALID_DEVICE;
    if (state().devices[size_t(device)]->lost) return DEVICE_UNAVAILABLE;
    *context = &state().devices[size_t(device)]->context;
    (*context)->references++;
    return SUCCESS;
}

EXPORT Result cuDevicePrimaryCtxRelease_v2(int device) {
    LOCK;
    if (!known(device)) return INVALID_DEVICE;
    Context& c = state().devices[size_t(device)]->context;
    if (c.references == 0) return INVALID_CONTEXT;
    // The last release destroys the context, and with it a fault and all that is in it, which the fault kept its owner from
    // freeing. Without a fault what is left is a leak, and stays to be seen.
    if (--c.references == 0 && c.sticky) {
        takeBack(*c.device);
        c.sticky = SUCCESS;
    }
    return SUCCESS;
}

EXPORT Result cuCtxSetCurrent(Context* context) {
    LOCK;
    current() = context;
    return SUCCESS;
}

EXPORT Result cuCtxGetCurrent(Context** context) {
    *context = current();
    return SUCCESS;
}

EXPORT Result cuCtxSynchronize() {
    LOCK;
    return current() ? drainAll(current()) : INVALID_CONTEXT;
}

EXPORT Result cuDeviceCanAccessPeer(int* can, int from, int to) {
    LOCK;
    if (!known(from) || !known(to)) return INVALID_DEVICE;
    *can = from != to && state().settings.peer;
    return SUCCESS;
}

EXPORT Result cuCtxEnablePeerAccess(Context* peer, unsigned) {
    LOCK;
    if (!current() || !peer) return INVALID_CONTEXT;
    if (!state().settings.peer || peer == current()) return PEER_ACCESS_UNSUPPORTED;
    return current()->peers.insert(peer).second ? SUCCESS : PEER_ACCESS_ALREADY_ENABLED;
}

EXPORT Result cuGetErrorName(Result code, const char** name) {
    const auto e = ERRORS.find(code);
    *name = e == ERRORS.end() ? nullptr : e->second.first;
    return *name ? SUCCESS : INVALID_VALUE;
}

EXPORT Result cuGetErrorString(Result code, const char** text) {
    const auto e = ERRORS.find(code);
    *text = e == ERRORS.end() ? nullptr : e->second.second;
    return *text ? SUCCESS : INVALID_VALUE;
}
