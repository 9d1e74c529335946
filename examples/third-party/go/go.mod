module tracewire.dev/example

go 1.26
