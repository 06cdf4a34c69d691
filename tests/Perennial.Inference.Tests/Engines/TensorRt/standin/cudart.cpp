// A CUDA runtime whose device is the host: memory is counted and bounded, and work on a stream runs only when the stream is waited for,
// so that an answer that was not waited for is not there. Also holds what the stand-in libraries share.
#include "standin.h"
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace
{
struct Stream
{
    int device;
    std::vector<std::function<void()>> work;
};
struct Memory
{
    std::size_t bytes;
    int device;
};

std::recursive_mutex gate;
std::map<std::string, int64_t> values;
std::map<void const*, std::string> living;
std::map<char const*, Memory> memories;
std::map<void*, Stream> streams;
std::string violations, destroyed;
int64_t running, most;
thread_local int current = 0;
thread_local int lastError = 0;

int fail(char const* call, int code)
{
    standin::count(call);
    if (!standin::on((std::string("fail.") + call).c_str()))
        return 0;
    lastError = code;
    return code;
}

int refuse(std::string const& what)
{
    standin::violation(what);
    return 1;
}
}

namespace standin
{
void violation(std::string const& what)
{
    std::lock_guard lock(gate);
    violations += what + "\n";
}

void count(std::string const& what)
{
    std::lock_guard lock(gate);
    values["calls." + what]++;
}

void born(char const* kind, void const* object)
{
    std::lock_guard lock(gate);
    living[object] = kind;
}

void died(char const* kind, void const* object)
{
    std::lock_guard lock(gate);
    if (living.erase(object) == 0)
        violation(std::string("a ") + kind + " was destroyed twice");
    destroyed += std::string(destroyed.empty() ? "" : " ") + kind;
}

bool on(char const* key) { return standin_get(key) != 0; }

bool deviceMemory(void const* address, std::size_t bytes)
{
    std::lock_guard lock(gate);
    auto found = memories.find(static_cast<char const*>(address));
    return found != memories.end() && bytes <= found->second.bytes;
}

bool deviceIs(void const* address)
{
    std::lock_guard lock(gate);
    auto found = memories.find(static_cast<char const*>(address));
    return found != memories.end() && found->second.device == current;
}

void push(void* stream, std::function<void()> work)
{
    std::lock_guard lock(gate);
    auto found = streams.find(stream);
    if (found == streams.end() || found->second.device != current)
        violation("work on a stream that is not one of the current device");
    else
        found->second.work.push_back(std::move(work));
}

void run(std::function<void()> const& work)
{
    {
        std::lock_guard lock(gate);
        most = std::max(most, ++running);
    }
    auto waits = [] {
        std::lock_guard lock(gate);
        return values["hold"] != 0 || most < values["rendezvous"];
    };
    for (int i = 0; i < 20000 && waits(); i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    work();
    std::lock_guard lock(gate);
    running--;
}
}

extern "C" {
void standin_reset()
{
    std::lock_guard lock(gate);
    values.clear();
    violations.clear();
    destroyed.clear();
    most = running;
}

void standin_set(char const* key, int64_t value)
{
    std::lock_guard lock(gate);
    values[key] = value;
}

int64_t standin_get(char const* key)
{
    std::lock_guard lock(gate);
    std::string name = key;
    if (name == "live")
        return static_cast<int64_t>(living.size());
    if (name.rfind("live.", 0) == 0)
        return std::count_if(living.begin(), living.end(), [&](auto const& one) { return one.second == name.substr(5); });
    if (name == "running")
        return running;
    if (name == "most")
        return most;
    if (name == "pending")
    {
        int64_t pending = 0;
        for (auto const& one : streams)
            pending += static_cast<int64_t>(one.second.work.size());
        return pending;
    }
    auto found = values.find(name);
    return found == values.end() ? 0 : found->second;
}

char const* standin_text(char const* key)
{
    static thread_local std::string text;
    std::lock_guard lock(gate);
    text.clear();
    if (std::strcmp(key, "violations") == 0)
        text = violations;
    else if (std::strcmp(key, "destroyed") == 0)
        text = destroyed;
    else
        for (auto const& one : living)
            text += one.second + " ";
    return text.c_str();
}

EXPORT int cudaGetDeviceCount(int* count)
{
    *count = standin::on("lie.noGpu") ? 0 : 2;
    return fail("cudaGetDeviceCount", 100);
}

EXPORT int cudaSetDevice(int device)
{
    if (device < 0 || device > 1)
        return refuse("a device that is not there");
    current = device;
    return fail("cudaSetDevice", 46);
}

#if STANDIN_MAJOR == 10
EXPORT int cudaGetDeviceProperties_v2(char* properties, int device)
#else
EXPORT int cudaGetDeviceProperties(char* properties, int device)
#endif
{
    std::memset(properties, 0xAB, 1032);
    std::strcpy(properties, device == 0 ? "Stand-in GPU" : "Stand-in GPU, the other");
    return fail("cudaGetDeviceProperties", 101);
}

EXPORT int cudaDeviceGetAttribute(int* value, int attribute, int)
{
    if (attribute != 75 && attribute != 76)
        return refuse("an attribute that is not the compute capability");
    *value = attribute == 75 ? 8 : 9;
    return fail("cudaDeviceGetAttribute", 101);
}

EXPORT int cudaMalloc(void** address, std::size_t bytes)
{
    if (int code = fail("cudaMalloc", 2))
        return code;
    std::lock_guard lock(gate);
    *address = std::malloc(bytes);
    std::memset(*address, 0xFF, bytes); // not a number
    memories[static_cast<char const*>(*address)] = {bytes, current};
    standin::born("memory", *address);
    return 0;
}

EXPORT int cudaFree(void* address)
{
    std::lock_guard lock(gate);
    if (memories.erase(static_cast<char const*>(address)) == 0)
        return refuse("device memory freed that is not allocated");
    standin::died("memory", address);
    std::free(address);
    return 0;
}

EXPORT int cudaStreamCreateWithFlags(void** stream, unsigned flags)
{
    if (int code = fail("cudaStreamCreateWithFlags", 2))
        return code;
    standin::expect(flags == 1, "a stream that waits for the default stream");
    std::lock_guard lock(gate);
    *stream = std::malloc(1);
    streams[*stream] = {current, {}};
    standin::born("stream", *stream);
    return 0;
}

EXPORT int cudaStreamDestroy(void* stream)
{
    std::lock_guard lock(gate);
    auto found = streams.find(stream);
    if (found == streams.end())
        return refuse("a stream destroyed that is not there");
    standin::expect(found->second.work.empty(), "a stream destroyed before its work has run");
    streams.erase(found);
    standin::died("stream", stream);
    std::free(stream);
    return 0;
}

EXPORT int cudaStreamSynchronize(void* stream)
{
    std::vector<std::function<void()>> work;
    {
        std::lock_guard lock(gate);
        auto found = streams.find(stream);
        if (found == streams.end())
            return refuse("a wait for a stream that is not there");
        work.swap(found->second.work);
    }
    for (auto const& one : work)
        one();
    return fail("cudaStreamSynchronize", 700);
}

EXPORT int cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, int kind, void* stream)
{
    if (int code = fail(kind == 1 ? "cudaMemcpyAsync.up" : "cudaMemcpyAsync.down", 1))
        return code;
    void const* device = kind == 1 ? to : from;
    void const* host = kind == 1 ? from : to;
    standin::expect(kind == 1 || kind == 2, "a copy that is neither to nor from the device");
    standin::expect(standin::deviceMemory(device, bytes) && standin::deviceIs(device), "a copy beyond device memory");
    standin::expect(!standin::deviceMemory(host, 0), "a copy whose host side is the device");
    standin::push(stream, [=] { std::memcpy(to, from, bytes); });
    return 0;
}

EXPORT char const* cudaGetErrorString(int code) { return code == 2 ? "out of memory" : "an error of the stand-in"; }

EXPORT int cudaGetLastError()
{
    int last = lastError;
    lastError = 0;
    standin::count("cudaGetLastError");
    return last;
}
}
