#include "api/command_line/command_line.hpp"

int main(int argc, char** argv) {
    return pykala::api::run(argc, argv);
}
