// What the parser tells a network that it has read; the real parser builds it layer by layer instead.
#pragma once
#include "nvinfer.h"
#include <vector>

namespace standin
{
struct Value
{
    std::string name;
    nvinfer1::Dims shape;
    int32_t type; // TensorRT's number
};

struct Read
{
    std::vector<Value> inputs, outputs;
};

EXPORT std::shared_ptr<Life> fill(void* network, Read read); // gives the life of the network
}
