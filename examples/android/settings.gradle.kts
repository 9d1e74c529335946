pluginManagement {
    repositories {
        google()
        mavenCentral()
    }
}

dependencyResolutionManagement {
    repositories {
        // `mvn install` in sdks/kotlin puts the packages of this repository there.
        mavenLocal()
        google()
        mavenCentral()
    }
}

rootProject.name = "tracewire-sample"
include(":app")
