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
        r"\b(?:besok|lusa(?! kemarin)|minggu depan|bulan depan|tahun depan|akan|mau|ingin|pengen"
        r"|pingin|rencana|berencana|nanti|semoga|berharap|harus|sebaiknya|ayo|mari|yuk|kalau|jika"
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
        **dict.fromkeys(("kemarin lusa", "lusa kemarin", "dua hari lalu"), 2),
        **dict.fromkeys(("kemarin", "tadi malam", "semalam"), 1),
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
            "(batalkan|hapus|tarik|urungkan)*(laporan|tadi|terakhir|barusan|yang)|salah (lapor"
            "|pencet|tekan|kirim)|batalkan (ini|itu|saja)",
        ),
        Intent.LEAVE: words(
            "(hapus|tutup)*(akun|data)|berhenti (pakai|menggunakan|berlangganan|ikut)|keluar dari|(batalkan"
            "|hentikan) (keanggotaan|keikutsertaan)|mengundurkan diri|mau (keluar"
            "|berhenti)|ingin (keluar|berhenti)",
        ),
        Intent.PAUSE: words(
            "(jangan|berhenti|stop|hentikan|matikan|kurangi)*(kirim|mengirim|notifikasi|pesan"
            "|pengingat)|jeda|(notifikasi|pesan)*(terlalu banyak|ganggu|mengganggu)",
        ),
        Intent.LINK: words(
            "(hubungkan|gabungkan|tautkan|sambungkan)*(akun|line|telegram)|ganti (hp|ponsel)|hp baru|dua akun"
        ),
        Intent.LANGUAGE: words("(ubah|ganti|pakai|dalam|ke)*bahasa|bahasa (jepang|inggris|indonesia|cina|korea)"),
        Intent.CONTACT: words(
            "kontak|hubungi|menghubungi|petugas|staf|pegawai|nomor telepon|balai kota",
            "bicara dengan|berbicara dengan|keluhan|kantor kota",
        ),
        Intent.MY_EVENTS: words(
            "batal*(daftar|ikut|acara|pendaftaran)",
            "acara saya|pendaftaran saya|(acara|seminar)*yang saya (daftar|ikuti)",
            "saya sudah daftar|sudah terdaftar|tiket saya",
        ),
        Intent.REGISTER: words(
            "daftar|mendaftar|(mau|ingin)*(ikut|bergabung|hadir)*(acara|seminar|lokakarya)|pesan tempat|ikut seminar"
        ),
        Intent.RANKING: words("peringkat|ranking|urutan ke|posisi saya|juara"),
        Intent.TOTALS: words("total|berapa orang|seluruh kota|jumlah peserta|berapa peserta"),
        Intent.EVENTS: words("acara|seminar|lokakarya|kegiatan|pelatihan"),
        Intent.POINTS: words("poin|skor|nilai saya"),
        Intent.SETTINGS: words("pengaturan|nama panggilan|(ubah|ganti)*nama|setelan|pindah rumah"),
        Intent.REPORT: words("(mau|ingin)*(lapor|melapor|melaporkan|mencatat)|lapor"),
        Intent.HELP: words(
            "bantuan|bantu (saya|aku)|cara (pakai|menggunakan|kerja|memakai)|(bisa|dapat)*apa",
            "bingung|tidak mengerti|ga ngerti|apa ini|ini apa|bagaimana (cara|menggunakan)|tolong",
        ),
    },
)
