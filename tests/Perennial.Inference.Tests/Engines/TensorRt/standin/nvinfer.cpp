// A TensorRT whose only network is the means of the three channels of an image, L2-normalised. It checks each argument and each lifetime.
#include "network.h"
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <thread>

using namespace nvinfer1;
using standin::Counted;
using standin::expect;
using standin::on;

namespace
{
int32_t version()
{
    int64_t set = standin_get("version");
    return set != 0 ? static_cast<int32_t>(set) : STANDIN_MAJOR == 10 ? 101303 : 110100;
}

bool fails(char const* call, ILogger* logger)
{
    standin::count(call);
    if (!on((std::string("fail.") + call).c_str()))
        return false;
    logger->log(1, (std::string("[stand-in] ") + call + " failed on demand").c_str());
    return true;
}

bool isNamed(char const* name, char const* expected)
{
    bool is = name != nullptr && std::strcmp(name, expected) == 0;
    expect(is, std::string("the tensor name ") + (name == nullptr ? "null" : name) + " where " + expected + " is expected");
    return is;
}

ILogger* checked(void* object, int32_t told)
{
    auto* logger = static_cast<ILogger*>(object);
    expect(told == version(), "the version argument is not the library's own");
#if STANDIN_MAJOR == 11
    InterfaceInfo info = logger->getInterfaceInfo();
    expect(logger->getAPILanguage() == 0, "the logger's language is not C++");
    expect(std::strcmp(info.kind, "ILogger") == 0 && info.major == 1 && info.minor == 0, "the logger's interface is not ILogger 1.0");
#endif
    logger->log(3, "[stand-in] hello");
    logger->log(4, "[stand-in] verbose");
    return logger;
}

Dims batchOf(Dims shape, int64_t n)
{
    shape.d[0] = n;
    return shape;
}

bool same(Dims const& a, Dims const& b)
{
    return a.nbDims == b.nbDims && a.nbDims <= 8 && std::equal(a.d, a.d + a.nbDims, b.d);
}

struct Plan
{
    char magic[8];
    int32_t major;
    int32_t sum;
    Dims image, embedding, profile[3];

    int32_t check() const
    {
        Plan copy = *this;
        copy.sum = 0;
        uint32_t result = 17;
        for (size_t i = 0; i < sizeof copy; i++)
            result = result * 31 + reinterpret_cast<unsigned char const*>(&copy)[i];
        return static_cast<int32_t>(result);
    }
};

class Context final : public IExecutionContext, public apiv::VExecutionContext, public Counted
{
public:
    Context(std::shared_ptr<standin::Life> engine, Plan const& plan, ILogger* logger) : Counted("context", engine), mPlan(plan), mLogger(logger) { mImpl = this; }
    ~Context() override { expect(!mBusy, "a context was destroyed under its batch"); }

    bool setInputShape(char const* name, Dims const& dims) noexcept override
    {
        if (fails("setInputShape", mLogger) || !isNamed(name, "image"))
            return false;
        bool fits = same(batchOf(dims, -1), mPlan.image) && dims.d[0] >= mPlan.profile[0].d[0] && dims.d[0] <= mPlan.profile[2].d[0];
        expect(fits, "an input shape outside the profile");
        mBatch = dims.d[0];
        return fits;
    }

    Dims getTensorShape(char const* name) const noexcept override
    {
        isNamed(name, "embedding");
        return batchOf(mPlan.embedding, on("lie.contextShape") ? 99 : mBatch);
    }

    bool setTensorAddress(char const* name, void* data) noexcept override
    {
        if (fails("setTensorAddress", mLogger))
            return false;
        bool input = name != nullptr && std::strcmp(name, "image") == 0;
        (input || !isNamed(name, "embedding") ? mInput : mOutput) = static_cast<float*>(data);
        return true;
    }

    bool enqueueV3(void* stream) noexcept override
    {
        if (fails("enqueueV3", mLogger))
            return false;
        int64_t n = mBatch, plane = mPlan.image.d[2] * mPlan.image.d[3];
        expect(n > 0, "a batch was queued before its shape was set");
        expect(stream != nullptr, "a batch was queued on the default stream");
        expect(standin::deviceMemory(mInput, n * 3 * plane * sizeof(float)) && standin::deviceIs(mInput), "the input is not memory of the device, or too small");
        expect(standin::deviceMemory(mOutput, n * 3 * sizeof(float)) && standin::deviceIs(mOutput), "the output is not memory of the device, or too small");
        expect(!mBusy.exchange(true), "one context was given two batches at once");
        standin::push(stream, [=, this] {
            standin::run([=, this] { compute(n, plane); });
            mBusy = false;
        });
        mBatch = 0; // the next batch sets its own
        return true;
    }

private:
    void compute(int64_t n, int64_t plane)
    {
        for (int64_t item = 0; item < n; item++)
        {
            double means[3], squares = 0;
            for (int c = 0; c < 3; c++)
            {
                means[c] = 0;
                for (int64_t i = 0; i < plane; i++)
                    means[c] += mInput[(item * 3 + c) * plane + i];
                means[c] /= static_cast<double>(plane);
                squares += means[c] * means[c];
            }
            for (int c = 0; c < 3; c++)
                mOutput[item * 3 + c] = static_cast<float>(means[c] / std::sqrt(squares)) + (on("lie.result") ? 0.1f : 0.f);
        }
    }

    Plan mPlan;
    ILogger* mLogger;
    int64_t mBatch{};
    float* mInput{};
    float* mOutput{};
    std::atomic<bool> mBusy{};
};

class Engine final : public ICudaEngine, public apiv::VCudaEngine, public Counted
{
public:
    Engine(std::shared_ptr<standin::Life> runtime, Plan const& plan, ILogger* logger) : Counted("engine", runtime), mPlan(plan), mLogger(logger) { mImpl = this; }
    ~Engine() override { mLogger->log(3, "[stand-in] an engine goes"); }

    IExecutionContext* createExecutionContext(int32_t strategy) noexcept override
    {
        expect(strategy == 0, "a context that is not to allocate its own memory");
        return fails("createExecutionContext", mLogger) ? nullptr : new Context(life(), mPlan, mLogger);
    }
    int32_t getNbOptimizationProfiles() const noexcept override { return on("lie.profiles") ? 2 : 1; }
    Dims getTensorShape(char const* name) const noexcept override
    {
        if (std::strcmp(name, "image") == 0)
            return on("lie.shape") ? mPlan.embedding : mPlan.image;
        isNamed(name, "embedding");
        return mPlan.embedding;
    }
    int32_t getTensorDataType(char const*) const noexcept override { return on("lie.type") ? 1 : 0; }
    int32_t getTensorIOMode(char const* name) const noexcept override { return (std::strcmp(name, "image") == 0) != on("lie.mode") ? 1 : 2; }
    Dims getProfileShape(char const* name, int32_t profile, int32_t select) const noexcept override
    {
        isNamed(name, "image");
        expect(profile == 0 && select >= 0 && select <= 2, "a profile or selector that is not there");
        return mPlan.profile[on("lie.profile") ? 0 : select];
    }
    int32_t getNbIOTensors() const noexcept override { return on("lie.tensors") ? 3 : 2; }
    char const* getIOTensorName(int32_t index) const noexcept override
    {
        expect(index == 0 || index == 1, "the name of a tensor that is not there");
        return index == 1 ? "image" : on("lie.name") ? "features" : "embedding"; // any order is allowed
    }

private:
    Plan mPlan;
    ILogger* mLogger;
};

class Runtime final : public IRuntime, public apiv::VRuntime, public Counted
{
public:
    explicit Runtime(ILogger* logger) : Counted("runtime"), mLogger(logger) { mImpl = this; }
    ~Runtime() override { mLogger->log(3, "[stand-in] a runtime goes"); }

    ICudaEngine* deserializeCudaEngine(void const* blob, std::size_t size) noexcept override
    {
        if (fails("deserializeCudaEngine", mLogger))
            return nullptr;
        Plan plan{};
        if (size == sizeof plan)
            std::memcpy(&plan, blob, size);
        if (std::memcmp(plan.magic, "STANDIN", 8) == 0 && plan.major == STANDIN_MAJOR && plan.sum == plan.check())
            return new Engine(life(), plan, mLogger);
        mLogger->log(1, "[stand-in] this is no plan of this version");
        return nullptr;
    }

private:
    ILogger* mLogger;
};

class Tensor final : public ITensor, public apiv::VTensor
{
public:
    explicit Tensor(standin::Value value) : mValue(std::move(value)) { mImpl = this; }
    ~Tensor() override = default;
    char const* getName() const noexcept override { return mValue.name.c_str(); }
    Dims getDimensions() const noexcept override { return mValue.shape; }
    int32_t getType() const noexcept override { return mValue.type; }

private:
    standin::Value mValue;
};

class Network final : public INetworkDefinition, public apiv::VNetworkDefinition, public Counted
{
public:
    explicit Network(std::shared_ptr<standin::Life> builder) : Counted("network", builder) { mImpl = this; }
    ~Network() override = default;
    int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(inputs.size()); }
    ITensor* getInput(int32_t index) const noexcept override { return at(inputs, index); }
    int32_t getNbOutputs() const noexcept override { return static_cast<int32_t>(outputs.size()); }
    ITensor* getOutput(int32_t index) const noexcept override { return at(outputs, index); }

    std::vector<std::unique_ptr<Tensor>> inputs, outputs;

private:
    static ITensor* at(std::vector<std::unique_ptr<Tensor>> const& tensors, int32_t index)
    {
        bool there = index >= 0 && index < static_cast<int32_t>(tensors.size());
        expect(there, "an input or output that is not there");
        return there ? tensors[index].get() : nullptr;
    }
};

class Profile final : public IOptimizationProfile, public apiv::VOptimizationProfile, public Counted
{
public:
    explicit Profile(ILogger* logger) : Counted("profile"), mLogger(logger) { mImpl = this; }
    ~Profile() override { expect(owned, "a profile was destroyed, which belongs to its builder"); }

    bool setDimensions(char const* name, int32_t select, Dims const& dims) noexcept override
    {
        if (fails("setDimensions", mLogger) || !isNamed(name, "image"))
            return false;
        expect(select >= 0 && select <= 2 && dims.nbDims == 4, "a selector or shape that is not there");
        shapes[select] = dims;
        return true;
    }
    bool isValid() const noexcept override
    {
        return !fails("isValid", mLogger) && shapes[0].d[0] >= 1 && shapes[0].d[0] <= shapes[1].d[0] && shapes[1].d[0] <= shapes[2].d[0];
    }

    Dims shapes[3]{};
    bool owned{};

private:
    ILogger* mLogger;
};

class Config final : public IBuilderConfig, public apiv::VBuilderConfig, public Counted
{
public:
    Config(std::shared_ptr<standin::Life> builder, ILogger* logger) : Counted("config", builder), mLogger(logger) { mImpl = this; }
    ~Config() override = default;

    int32_t addOptimizationProfile(IOptimizationProfile const* added) noexcept override
    {
        if (fails("addOptimizationProfile", mLogger))
            return -1;
        profile = static_cast<Profile const*>(added);
        return 0;
    }
    void setMemoryPoolLimit(int32_t pool, std::size_t size) noexcept override
    {
        standin::count("setMemoryPoolLimit");
        expect(pool == 0, "a limit on something else than the workspace");
        standin_set("workspace", static_cast<int64_t>(size));
    }

    Profile const* profile{};

private:
    ILogger* mLogger;
};

class HostMemory final : public IHostMemory, public apiv::VHostMemory, public Counted
{
public:
    explicit HostMemory(Plan const& plan) : Counted("hostmemory"), mPlan(plan) { mImpl = this; }
    ~HostMemory() override { std::memset(&mPlan, 0, sizeof mPlan); }
    void* data() const noexcept override { return const_cast<Plan*>(&mPlan); }
    std::size_t size() const noexcept override { return on("lie.size") ? 0 : sizeof mPlan; }

private:
    Plan mPlan;
};

class Builder final : public IBuilder, public apiv::VBuilder, public Counted
{
public:
    explicit Builder(ILogger* logger) : Counted("builder"), mLogger(logger) { mImpl = this; }
    ~Builder() override
    {
        for (auto& profile : mProfiles)
            profile->owned = true;
    }

    IBuilderConfig* createBuilderConfig() noexcept override { return fails("createBuilderConfig", mLogger) ? nullptr : new Config(life(), mLogger); }
    INetworkDefinition* createNetworkV2(uint32_t flags) noexcept override
    {
        expect(flags == (STANDIN_MAJOR == 10 ? 2u : 1u), "a network that is not strongly typed");
        return fails("createNetworkV2", mLogger) ? nullptr : new Network(life());
    }
    IOptimizationProfile* createOptimizationProfile() noexcept override
    {
        if (fails("createOptimizationProfile", mLogger))
            return nullptr;
        mProfiles.push_back(std::make_unique<Profile>(mLogger));
        return mProfiles.back().get();
    }
    IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config) noexcept override
    {
        std::thread([this] { mLogger->log(2, "[stand-in] building on another thread"); }).join();
        if (fails("buildSerializedNetwork", mLogger))
            return nullptr;
        auto const& read = static_cast<Network&>(network);
        auto const* profile = static_cast<Config&>(config).profile;
        expect(standin_get("workspace") > 0, "a build without a limit on its workspace");
        if (profile == nullptr || read.inputs.size() != 1 || read.outputs.size() != 1)
        {
            standin::violation("a build without a profile or without an input and an output");
            return nullptr;
        }
        Plan plan{{'S', 'T', 'A', 'N', 'D', 'I', 'N', 0}, STANDIN_MAJOR, 0, read.inputs[0]->getDimensions(), read.outputs[0]->getDimensions(), {}};
        for (int i = 0; i < 3; i++)
        {
            plan.profile[i] = profile->shapes[i];
            expect(same(batchOf(plan.profile[i], -1), plan.image), "a profile whose images are not those of the network");
        }
        plan.sum = plan.check();
        return new HostMemory(plan);
    }

private:
    ILogger* mLogger;
    std::vector<std::unique_ptr<Profile>> mProfiles;
};
}

std::shared_ptr<standin::Life> standin::fill(void* object, Read read)
{
    auto* network = static_cast<Network*>(static_cast<INetworkDefinition*>(object));
    for (auto& value : read.inputs)
        network->inputs.push_back(std::make_unique<Tensor>(value));
    for (auto& value : read.outputs)
        network->outputs.push_back(std::make_unique<Tensor>(value));
    return network->life();
}

extern "C" {
EXPORT int32_t getInferLibVersion() noexcept { return version(); }

EXPORT void* createInferRuntime_INTERNAL(void* object, int32_t told) noexcept
{
    ILogger* logger = checked(object, told);
    return fails("createInferRuntime", logger) ? nullptr : static_cast<IRuntime*>(new Runtime(logger));
}

EXPORT void* createInferBuilder_INTERNAL(void* object, int32_t told) noexcept
{
    ILogger* logger = checked(object, told);
    return fails("createInferBuilder", logger) ? nullptr : static_cast<IBuilder*>(new Builder(logger));
}
}
