"""Indonesian: how it denies, plans, asks, tells; tables only."""

from handlers.rules.languages.grammar import Grammar, Pattern, words
from storage.facts import Intent

_PERSON = (
    "(?:suami|istri|anak|teman|tetangga|ibu|ayah|bapak|mama|papa|kakak|adik"
    "|bos|rekan|guru|nenek|kakek|pacar|sepupu|keponakan|teman sekamar)"
)

_USED = (
    r"\b(?:(?:di|me|mem|men|meng|ber)?(?:pakai|bawa|gunakan|isi|naik|jalan|cuci|bersihkan|matikan|cabut"
    r"|makan|habiskan|masak|olah"
    r"|pilah|pisahkan|buang|taruh|masukkan|serahkan|setor|sumbangkan|donasi|donasikan|tanam|perbaiki|jahit"
    r"|ganti|pasang|beli|jual|pinjam"
    r"|ambil|terima|tutup|hemat|ikut|kunjungi|kerja|pungut|daur ulang)|menggunakan|memakai|mengisi"
    r"|mematikan|mencabut|memasak|mengolah"
    r"|memilah|memisahkan|membuang|menaruh|memasukkan|menyerahkan|menyumbangkan|mendonasikan|menanam"
    r"|memperbaiki|menjahit|mengganti|memasang"
    r"|menjual|meminjam|mengambil|menerima|menutup|menghemat|mengikuti|mengunjungi|pergi|pulang|berangkat"
    r"|bekerja|memungut|membersihkan"
    r"|bersepeda|sepedaan|gowes|nebeng|wfh|ke)\b"
)

WORDS = Grammar(
    negation=Pattern(
        r"\b(?:lupa|(?<!yang )(?:tidak|nggak|enggak|ngga|gak|ga|tak)(?! ada sisa)|belum|tdk|gk|bukan|gagal|batal"
        r"|malas|ketinggalan|tertinggal|tanpa sempat|jangan|menunggu|nunggu|tunggu|hampir saja|nyaris)\b"
        r"|\bnaik (?:mobil|taksi)\b",
        r"\bpakai mobil\b",
    ),
    plan=Pattern(
        r"\b(?:besok|(?<!kemarin )(?<!kemaren )lusa(?! kemarin)|minggu depan|bulan depan|tahun depan|akan|mau|ingin"
        r"|pengen|pingin|rencana|berencana|nanti|semoga|berharap|harus|sebaiknya|ayo|mari|yuk|kalau|jika"
        r"|seandainya|andai|coba|niat|sedang berpikir|mungkin|pertimbangkan|lain kali|perlu)\b",
    ),
    question=Pattern(
        r"\b(?:berapa|di mana|dimana|kemana|ke mana|kapan|bagaimana|gimana|apa|apakah|kenapa"
        r"|mengapa|siapa|subsidi|bantuan|bisakah|bolehkah|boleh|bisa tidak|mana|cara"
        r"|tolong jelaskan|tahu)\b",
    ),
    others=Pattern(
        r"\b(?:terima kasih|makasih|salut|kagum|selamat)\b|\bada (?:kakek|nenek|bapak|ibu|anak|orang)\b|\bcuma saya\b"
        r"|\bsemua (?:kerja|orang|teman)\b|\b(?:malah|makin) rusak\b",
        rf"^(?:(?:hari ini|kemarin|tadi) )?{_PERSON} (?:saya|aku|ku|kami|gue|gw|sekolah|kantor)\b",
        rf"^(?:{_PERSON}ku|mereka|dia|orang|orang orang|seseorang|ada orang|banyak orang|perusahaan"
        rf"|sekolah|pemerintah)\b",
        r"\b(?:katanya|kata|dengar|kabarnya|konon|berita|di tv|di televisi|baca|melihat orang"
        r"|lihat orang|dengar dengar)\b",
    ),
    unreal=Pattern(
        r"\b(?:di (?:game|gim|permainan|film|buku|cerita|mimpi|foto|gambar)|mimpi|bermimpi|kuis|teka teki|pr sekolah"
        r"|daftar belanja|test drive|uji coba|bercanda|ulang tahun|hadiah|bahasa \w+nya)\b",
    ),
    long_ago=Pattern(
        r"\b(?:zaman|jaman|masa) (?:kuliah|sekolah|sma|smp)|\b\w+ tahun (?:yang )?lalu\b",
        r"\bsebelum (?:menikah|pindah)\b",
        r"\b(?:waktu (?:kecil|sekolah|muda|kuliah dulu)|semasa (?:kecil|sekolah|kuliah)"
        r"|(?:zaman|jaman|masa) (?:dulu|kecil)|dulu (?:sering|saya|aku|waktu|biasa)|dahulu)\b",
    ),
    mishap=Pattern(
        r"· (?:saya |ku |nya |sudah )?(?:rusak|robek|jatuh|mati|patah|habis|kosong)\b|\b(?:dicuri|hilang"
        r"|terlambat|telat|macet|mahal|bocor|pecah|kempes"
        r"|kecelakaan|penuh sesak|penuh|bau|suka|benci|takut|bosan|bagus|enak|praktis|capek|lelah|berat"
        r"|susah|sulit|repot|ribet|rumit|merepotkan)\b|\b(?:beli"
        r"|membeli|pesan|dapat|cuci) ·(?: baru)?",
    ),
    doing=Pattern(rf"{_USED}"),
    verb_in_name=Pattern(_USED),
    little=2,
    done=Pattern(r"\b(?:sudah|udah|sdh|telah|tadi|habis|selesai|barusan|baru saja|berhasil)\b"),
    takes_back=Pattern(r"\b(?:batalkan|salah (?:lapor|pencet|tekan|kirim)|hapus laporan|urungkan|tarik kembali)\b"),
    days_back={
        **dict.fromkeys(("kemarin lusa", "kemaren lusa", "lusa kemarin", "dua hari lalu"), 2),
        **dict.fromkeys(("kemarin", "kemaren", "kmrn", "tadi malam", "semalam"), 1),
        **dict.fromkeys(("hari ini", "tadi pagi", "tadi", "barusan"), 0),
    },
    ago=Pattern("(?P<days>[0-9]{1,2}|dua|tiga|empat|lima) hari (?:yang )?lalu"),
    weekdays=(("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"),),
    commands={
        Intent.REPORT: words("lapor|laporan|catat"),
        Intent.EVENTS: words("acara|daftar acara|seminar"),
        Intent.REGISTER: words("daftar|mendaftar|pendaftaran"),
        Intent.MY_EVENTS: words("acara saya|pendaftaran saya"),
        Intent.POINTS: words("poin|poin saya|skor"),
        Intent.RANKING: words("peringkat|papan peringkat|ranking"),
        Intent.TOTALS: words("total|jumlah|total kota"),
        Intent.HELP: words("bantuan|menu|cara pakai|tolong"),
        Intent.LANGUAGE: words("bahasa|bahasa indonesia|bahasa jepang|bahasa inggris|ganti bahasa|ubah bahasa"),
        Intent.PAUSE: words("jeda|istirahat|matikan notifikasi"),
        Intent.LEAVE: words("keluar|berhenti|hapus akun|mundur"),
        Intent.UNDO: words("batal|batalkan|urungkan"),
        Intent.LINK: words("hubungkan|hubungkan akun|tautkan"),
        Intent.SETTINGS: words("pengaturan|setelan"),
        Intent.CONTACT: words("kontak|hubungi|hubungi kami"),
    },
    keywords={
        Intent.UNDO: words(
            "(salah|kepencet|dobel|dua kali)*(catat|kirim|pencet|lapor|tercatat|input)",
            "(hapus|batalin|cabut)*(yang tadi|yang terakhir|barusan|laporan)",
            "(batalkan|hapus|tarik|urungkan)*(laporan|tadi|terakhir|barusan|yang)|salah (lapor"
            "|pencet|tekan|kirim)|batalkan (ini|itu|saja)",
        ),
        Intent.LEAVE: words(
            "(ga|gak|nggak|tidak)*(mau|pakai|pake)*(lagi)*(hapus|keluar)",
            "(hapus)*(semua|data|akun|akunku|dataku)",
            "(hapus|tutup)*(akun|data)|berhenti (pakai|menggunakan|berlangganan|ikut)|keluar dari|(batalkan"
            "|hentikan) (keanggotaan|keikutsertaan)|mengundurkan diri|mau (keluar"
            "|berhenti)|ingin (keluar|berhenti)",
        ),
        Intent.PAUSE: words(
            "(jangan|stop|ga usah|gak usah)*(kirim|kirimin|ngirim|notif|pesan)",
            "(dua minggu|sebulan|sementara)*(jangan|stop|berhenti)",
            "(jangan|berhenti|stop|hentikan|matikan|kurangi)*(kirim|mengirim|notifikasi|pesan"
            "|pengingat)|jeda|(notifikasi|pesan)*(terlalu banyak|ganggu|mengganggu)",
        ),
        Intent.LINK: words(
            "(hp baru|ganti hp)*(pindah|poin|gimana|akun)",
            "(line|telegram)*(satu akun|akun sama|sekaligus)",
            "(hubungkan|gabungkan|tautkan|sambungkan)*(akun|line|telegram)|ganti (hp|ponsel)|hp baru|dua akun",
        ),
        Intent.LANGUAGE: words(
            "(bahasa|pakai bahasa)*(indonesia|jepang|inggris|jepang mudah)*(dong|ya|aja|tolong)",
            "(ubah|ganti|pakai|dalam|ke)*bahasa|bahasa (jepang|inggris|indonesia|cina|korea)",
        ),
        Intent.CONTACT: words(
            "(nomor|telepon|email)*(kantor|petugas|penanggung)",
            "(mau|ingin|bisa)*(ngomong|bicara|ngobrol)*(orang|petugas|manusia)",
            "kontak|hubungi|menghubungi|petugas|staf|pegawai|nomor telepon|balai kota",
            "bicara dengan|berbicara dengan|keluhan|kantor kota",
        ),
        Intent.MY_EVENTS: words(
            "(ga|gak|nggak|tidak) (bisa|jadi) (datang|ikut|hadir)",
            "(pendaftaran|daftarku|tiketku|tiket|booking)*(saya|udah|sudah|masuk|mana|jam)",
            "(batalin|batal|membatalkan)*(pendaftaran|ikut|kursi|acara)",
            "kode (qr|masuk)",
            "batal*(daftar|ikut|acara|pendaftaran)",
            "acara saya|pendaftaran saya|(acara|seminar)*yang saya (daftar|ikuti)",
            "saya sudah daftar|sudah terdaftar|tiket saya",
        ),
        Intent.REGISTER: words(
            "(masih bisa|boleh|bisa)*(daftar|ikut|gabung)",
            "(mau|pengen|ingin|tolong)*(daftar|daftarin|ikutan|gabung)",
            "(berdua|bertiga|sekeluarga)*(ikut|daftar)",
            "daftar|mendaftar|(mau|ingin)*(ikut|bergabung|hadir)*(acara|seminar|lokakarya)|pesan tempat|ikut seminar",
        ),
        Intent.RANKING: words(
            "(top|sepuluh besar|10 besar|peringkatku|rankingku)",
            "(aku|saya|tim|kelurahan|distrik)*(peringkat|ranking|urutan) (berapa|ke)",
            "peringkat|ranking|urutan ke|posisi saya|juara",
        ),
        Intent.TOTALS: words(
            "(satu kota|sekota|semua warga|seluruh warga)*(berapa|total|kurangi|hemat)",
            "total|berapa orang|seluruh kota|jumlah peserta|berapa peserta",
        ),
        Intent.EVENTS: words(
            "(akhir pekan|minggu ini|weekend|sabtu|minggu depan|liburan)*(ada apa|ada acara|ada kegiatan|acara apa)",
            "(bersih bersih|tanam pohon|tur|kunjungan|pelatihan|seminar|acara)*(jam berapa|di mana|dimana"
            "|kapan|gratis|bayar|anak|hujan|bawa apa)",
            "kalau hujan*(batal|jadi|tetap)",
            "acara|seminar|lokakarya|kegiatan|pelatihan",
        ),
        Intent.POINTS: words(
            "(dapat|dapet|naik|berapa)*(berapa poin|poinnya|poin)",
            "(poinku|poin saya|poin aku)",
            "poin|skor|nilai saya",
        ),
        Intent.SETTINGS: words(
            "(huruf|tulisan|font)*(besar|gede|kecil)",
            "(ganti|ubah|atur)*(jam|waktu|nama|distrik|kelurahan|pengingat)",
            "pengaturan|nama panggilan|(ubah|ganti)*nama|setelan|pindah rumah",
        ),
        Intent.REPORT: words("(mau|ingin)*(lapor|melapor|melaporkan|mencatat)|lapor"),
        Intent.HELP: words(
            "(gimana|bagaimana|cara)*(lapor|catat|mulai|pakai|daftarin)",
            "(baru|pertama kali)*(di sini|pakai|disini)",
            "menu",
            "bantuan|bantu (saya|aku)|cara (pakai|menggunakan|kerja|memakai)|(bisa|dapat)*apa",
            "bingung|tidak mengerti|ga ngerti|apa ini|ini apa|bagaimana (cara|menggunakan)|tolong",
        ),
    },
)
